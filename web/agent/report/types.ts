export type Interval = 'day' | 'week' | 'month'
export type Clock = 'team' | 'customer'
export type Unit = 'seconds' | 'count' | 'share' | 'minor'

/** For times: mean, median and p90 in seconds of the waits that ended, and how many still wait. For shares: `count` of `of`. */
export type Value = {
  count: number
  of: number | null
  value: number | null
  mean: number | null
  median: number | null
  p90: number | null
  waiting: number | null
  censored_median: number | null
}

export type Point = { at: string; value: number | null; count: number }

export type Figure = {
  key: string
  unit: Unit
  clock: Clock | null
  formula: string
  dated_by: string
  version: number
  now: Value
  before: Value | null
  series: Point[]
  series_before: Point[]
}

export type ReportData = {
  start: string
  end: string
  compare_start: string | null
  compare_end: string | null
  interval: Interval
  time_zone: string
  currency: string
  figures: Figure[]
}

export type CaseRef = { conversation_id: string; number: number; subject: string; at: string; seconds: number | null }
