import { useQuery } from '@tanstack/react-query'
import { Bookmark, CalendarClock, Send, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { moment } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory, useMay, useMe } from '../app/me'
import { href, navigate } from '../app/router'
import { useNow } from '../app/useNow'
import { CardList, Loaded, PageHead, useChange } from '../settings/parts'
import { Button, IconButton } from '../ui/Button'
import { Empty } from '../ui/Notice'
import { Addresses } from './Addresses'
import { sayTime, sayWhen } from './when'
import { savedQuery, schedulesQuery } from './queries'
import { ScheduleDialog } from './ScheduleDialog'
import { openedState, stateSearch } from './state'
import type { ReportMail, Saved as SavedReport, Schedule } from './types'

const placeOf = (saved: SavedReport) => ({ page: 'reports', section: saved.state.page === 'breakdown' ? 'breakdown' : 'overview', item: null }) as const
const searchOf = (saved: SavedReport) => stateSearch(openedState(saved.state))

/** Reports under their names, one's own and the team's, and the mails they go out by. `item`: one to open at once. */
export default function Saved({ item }: { item: string | null }) {
  const t = useT()
  const me = useMe()
  const { agent } = useDirectory()
  const saved = useQuery(savedQuery)
  const schedules = useQuery(schedulesQuery).data ?? []
  const change = useChange([savedQuery.queryKey, schedulesQuery.queryKey])
  const maySend = useMay('reports.send')
  const mayAllow = useMay('settings.write')
  const [planning, setPlanning] = useState<{ report: SavedReport; schedule: Schedule | null } | null>(null)
  const wanted = item === null ? undefined : saved.data?.find((one) => one.id === Number(item))
  useEffect(() => {
    if (wanted) navigate(placeOf(wanted), { search: searchOf(wanted), replace: true })
  }, [wanted])

  return (
    <>
      <PageHead title={t('reports.saved')} text={t('reports.savedText')} />
      <Loaded
        query={saved}
        empty={
          <Empty icon={Bookmark} title={t('reports.savedEmpty')} text={t('reports.savedEmptyText')}>
            <Button onClick={() => navigate({ page: 'reports', section: 'overview', item: null }, { search: '' })}>{t('reports.overview')}</Button>
          </Empty>
        }
      >
        {(items) => (
          <CardList label={t('reports.saved')}>
            {items.map((one) => (
              <li key={one.id} className="px-4 py-3">
                <div className="flex flex-wrap items-center gap-2">
                  <div className="min-w-0 grow">
                    <a
                      href={href(placeOf(one)) + searchOf(one)}
                      onClick={(event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return
                        event.preventDefault()
                        navigate(placeOf(one), { search: searchOf(one) })
                      }}
                      className="font-medium text-ink underline-offset-3 hover:underline"
                    >
                      {one.name}
                    </a>
                    <p className="text-secondary text-ink-3">
                      {one.agent_id === me.agent.id ? t(one.shared ? 'reports.mineShared' : 'reports.mine') : t('reports.sharedBy', { name: agent(one.agent_id)?.name ?? '' })}
                    </p>
                  </div>
                  {maySend && (
                    <Button onClick={() => setPlanning({ report: one, schedule: null })}>
                      <CalendarClock size={15} aria-hidden />
                      {t('reports.schedule')}
                    </Button>
                  )}
                  {one.can.includes('change') && (
                    <Button variant="plain" onClick={() => void change(() => api.patch(`/api/reports/saved/${one.id}`, { shared: !one.shared }))}>
                      {t(one.shared ? 'reports.unshare' : 'reports.shareNow')}
                    </Button>
                  )}
                  {one.can.includes('delete') && (
                    <IconButton label={t('reports.delete', { name: one.name })} onClick={() => void remove(one)}>
                      <Trash2 size={16} aria-hidden />
                    </IconButton>
                  )}
                </div>
                {schedules.filter((schedule) => schedule.report_id === one.id).map((schedule) => (
                  <ScheduleLine key={schedule.id} schedule={schedule} onEdit={() => setPlanning({ report: one, schedule })} />
                ))}
              </li>
            ))}
          </CardList>
        )}
      </Loaded>
      {maySend && <Addresses mayChange={mayAllow} />}
      {planning && <ScheduleDialog report={planning.report} schedule={planning.schedule} onClose={() => setPlanning(null)} />}
    </>
  )

  async function remove(one: SavedReport) {
    const undo = () => void change(() => api.post('/api/reports/saved', { name: one.name, state: one.state, shared: one.shared }))
    const isScheduled = schedules.some((schedule) => schedule.report_id === one.id)
    if (isScheduled && !window.confirm(t('reports.deleteAsk', { name: one.name }))) return
    await change(() => api.delete(`/api/reports/saved/${one.id}`), t('reports.deleted', { name: one.name }), isScheduled ? undefined : undo)
  }
}

function ScheduleLine({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const change = useChange([schedulesQuery.queryKey])
  const maySend = useMay('reports.send')
  return (
    <div className="mt-3 rounded-control bg-panel px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="min-w-0 grow">
          {sayWhen(schedule, t, language)} · {schedule.recipients.join(', ')}
          <span className="block text-secondary text-ink-3">
            {schedule.next_at ? t('reports.next', { when: sayTime(schedule.next_at, schedule.time_zone, language) }) : t('reports.paused')}
          </span>
        </p>
        {maySend && (
          <>
            <Button variant="plain" onClick={() => void change(() => api.post(`/api/reports/schedules/${schedule.id}/send`), t('reports.sending'))}>
              <Send size={15} aria-hidden />
              {t('reports.sendNow')}
            </Button>
            <Button variant="plain" onClick={onEdit}>
              {t('reports.editSchedule')}
            </Button>
          </>
        )}
      </div>
      <ul>
        {schedule.last.map((mail) => (
          <li key={mail.address} className="text-secondary">
            <span className={mail.state === 'failed' || mail.state === 'unknown' ? 'text-wrong' : mail.state === 'sent' ? 'text-done' : 'text-ink-3'}>
              {t(`reports.mail.${mail.state}`)}
            </span>{' '}
            <span className="text-ink-3">
              {mail.address}, {moment(mail.sent_at ?? mail.due_at, now, language)}
            </span>
            {mail.error && <MailError mail={mail} />}
          </li>
        ))}
      </ul>
    </div>
  )
}

function MailError({ mail }: { mail: ReportMail }) {
  return <span className={`block ${mail.state === 'failed' ? 'text-wrong' : 'text-ink-2'}`}>{mail.error}</span>
}
