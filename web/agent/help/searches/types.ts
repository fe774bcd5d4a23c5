/** What readers look for, as the API tells it. Runs are searches of a visit until an answer; shares are 0..1. */
export type Figure = { runs: number; found: number; mean: number | null; median: number | null; p90: number | null }
export type QueryRow = { query: string; language: string; times: number; results: number; opened: number; found: number; contacted: number }
export type SearchReport = {
  start: string
  end: string
  totals: Figure & { visits: number; from_engine: number; contacted: number }
  days: (Figure & { date: string })[]
  languages: (Figure & { language: string })[]
  queries: QueryRow[]
}
export type Gap = {
  title: string
  language: string
  terms: string[]
  queries: { query: string; times: number }[]
  times: number
  visits: number
  no_results: number
  not_opened: number
  contacted: number
  last_at: string
  articles: { id: number; title: string }[]
}
export type Failing = { article_id: number; title: string; language: string; opened: number; helped: number; not_helped: number; searched_again: number; contacted: number; failed_share: number | null }
type Group = { visitors: number; contacted: number; share: number | null }
export type Deflection = {
  holdout_percent: number
  shown: Group
  held: Group
  difference: number | null
  low: number | null
  high: number | null
  saved: number | null
  saved_low: number | null
  saved_high: number | null
}
