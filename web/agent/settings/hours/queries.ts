import type { Calendar } from '../../api/types'
import { settingsList } from '../queries'

export const calendarsQuery = settingsList<Calendar>('/api/calendars')
