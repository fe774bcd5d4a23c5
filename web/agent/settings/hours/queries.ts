import { settingsList } from '../queries'

export type Period = { weekday: number; start: string; end: string }
export type Holiday = { date: string; name: string; periods: { start: string; end: string }[] }
export type Plan = { tz: string; periods: Period[]; holidays: Holiday[] }
export type Calendar = {
  id: number
  name: string
  is_default: boolean
  always_open: boolean
  current: number
  versions: { valid_from: string; plan: Plan }[]
  can: string[]
}

export const calendarsQuery = settingsList<Calendar>('/api/calendars')
