import { CircleCheck, Inbox, type LucideIcon, Mail, MessagesSquare, SendHorizontal, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Overview } from '../../api/types'
import { duration } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { href, navigate, type Route } from '../../app/router'
import { useNow } from '../../app/useNow'
import { Button } from '../../ui/Button'
import { type Alarm, alarmsOf } from './alarms'

type Props = { overview: Overview; onFate: (fate: string) => void }

/** Everything that needs somebody now, each with the way there. Silence is said, not left out. */
export function Alarms({ overview, onFate }: Props) {
  const t = useT()
  const alarms = alarmsOf(overview)
  return (
    <section aria-label={t('ledger.alarms')} className="mb-6">
      {alarms.length === 0 ? (
        <p className="flex items-center gap-2 text-ink-2">
          <CircleCheck size={16} className="shrink-0 text-done" aria-hidden />
          {t('ledger.well')}
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card bg-wrong-soft px-4">
          {alarms.map((alarm) => (
            <AlarmLine key={`${alarm.kind}${alarm.kind === 'source' ? alarm.account : ''}`} alarm={alarm} overview={overview} onFate={onFate} />
          ))}
        </ul>
      )}
    </section>
  )
}

function AlarmLine({ alarm, overview, onFate }: Props & { alarm: Alarm }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  switch (alarm.kind) {
    case 'source': {
      const section = alarm.channel === 'messenger' ? 'messengers' : 'mailboxes'
      return (
        <Line icon={section === 'messengers' ? MessagesSquare : Mail} title={alarm.name} text={alarm.problem}>
          <Button onClick={() => navigate({ page: 'settings', section, item: String(alarm.account) }, { search: '' })}>{t('ledger.openMailbox')}</Button>
        </Line>
      )
    }
    case 'unsent':
      return <Line icon={SendHorizontal} title={said(t, alarm)} text={<Unsent overview={overview} />} />
    case 'parked':
      return (
        <Line icon={TriangleAlert} title={t('ledger.parked', { n: alarm.items })} text={t('ledger.parkedText')}>
          <Button onClick={() => onFate('parked')}>{t('ledger.show')}</Button>
        </Line>
      )
    default:
      return (
        <Line
          icon={Inbox}
          title={t('ledger.held', { n: alarm.items })}
          text={alarm.since ? t('ledger.heldText', { time: duration((now - Date.parse(alarm.since)) / 1000, language) }) : undefined}
        >
          <Button onClick={() => onFate('held')}>{t('ledger.show')}</Button>
        </Line>
      )
  }
}

function said(t: ReturnType<typeof useT>, { failed, unknown }: { failed: number; unknown: number }): string {
  return [failed > 0 ? t('ledger.failed', { n: failed }) : '', unknown > 0 ? t('ledger.unknown', { n: unknown }) : ''].filter(Boolean).join(' ')
}

const NAMED = 5

/** The conversations whose replies did not leave, as far as one may see them. */
function Unsent({ overview }: { overview: Overview }) {
  const t = useT()
  const conversations = [...new Map(overview.unsent.map((one) => [one.conversation_id, one])).values()]
  return (
    <>
      {t('ledger.unsentText')}{' '}
      {conversations.slice(0, NAMED).map((one, index) => (
        <span key={one.conversation_id}>
          {index > 0 && ', '}
          <Link to={{ page: 'inbox', conversation: one.conversation_id }}>
            #{one.number} {one.subject}
          </Link>
        </span>
      ))}
    </>
  )
}

export function Link({ to, children }: { to: Route; children: ReactNode }) {
  return (
    <a
      href={href(to)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        navigate(to, { search: '' })
      }}
    >
      {children}
    </a>
  )
}

function Line({ icon: Icon, title, text, children }: { icon: LucideIcon; title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <li className="flex min-h-11 items-center gap-3 py-1.5 max-[719px]:flex-wrap">
      <Icon size={16} className="mt-1.5 shrink-0 self-start text-wrong" aria-hidden />
      <p className="min-w-0 grow basis-48 break-words">
        <span className="font-medium">{title}</span> {text && <span className="text-secondary text-ink-2">{text}</span>}
      </p>
      {children}
    </li>
  )
}
