/** When a schedule comes, in words. Pure. */
import type { Language } from '../../shared/i18n'
import { locale } from '../../shared/time'
import type { Translate } from '../app/i18n'
import { weekdayName } from './members'
import type { Schedule } from './types'

export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

export function textMinute(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}

export function sayWhen(schedule: Pick<Schedule, 'every' | 'day' | 'minute' | 'time_zone'>, t: Translate, language: Language): string {
  const time = minuteText(schedule.minute)
  const zone = schedule.time_zone
  if (schedule.every === 'day') return t('reports.everyDay', { time, zone })
  if (schedule.every === 'week') return t('reports.everyWeek', { day: weekdayName(schedule.day, language), time, zone })
  return schedule.day >= 31 ? t('reports.everyMonthEnd', { time, zone }) : t('reports.everyMonth', { day: schedule.day, time, zone })
}

export function sayTime(at: string, zone: string, language: Language): string {
  return new Intl.DateTimeFormat(locale(language), { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone, timeZoneName: 'short' }).format(new Date(at))
}
