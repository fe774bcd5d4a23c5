import type { Mailbox } from '../../api/types'
import { settingsList } from '../queries'

export const mailboxesQuery = settingsList<Mailbox>('/api/mailboxes')
