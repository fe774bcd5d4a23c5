import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useT } from '../app/i18n'
import { Button } from './Button'

/** One sentence that teaches and the one next action. */
export function Empty(props: { icon: LucideIcon; title: string; text?: string; children?: ReactNode }) {
  const Icon = props.icon
  return (
    <div className="fade-in flex flex-col items-center gap-3 px-6 py-12 text-center">
      <Icon size={28} strokeWidth={1.5} className="text-ink-faint" aria-hidden />
      <p className="max-w-[40ch] font-medium">{props.title}</p>
      {props.text && <p className="max-w-[44ch] text-secondary text-ink-3">{props.text}</p>}
      {props.children}
    </div>
  )
}

/** What happened, what is safe, what to do. */
export function ErrorNote(props: { title: string; text?: ReactNode; onRetry?: () => void; className?: string }) {
  const t = useT()
  return (
    <div role="alert" className={`flex items-start gap-3 rounded-control bg-wrong-soft px-3 py-2 ${props.className ?? ''}`}>
      <CircleAlert size={16} className="mt-0.5 shrink-0 text-wrong" aria-hidden />
      <div className="min-w-0 grow">
        <p className="font-medium text-ink">{props.title}</p>
        {props.text && <p className="text-secondary text-ink-2">{props.text}</p>}
      </div>
      {props.onRetry && <Button onClick={props.onRetry}>{t('action.retry')}</Button>}
    </div>
  )
}

export function Skeleton(props: { rows?: number; className?: string }) {
  const t = useT()
  return (
    <div className={`late flex flex-col gap-4 p-4 ${props.className ?? ''}`} role="status" aria-label={t('state.loading')}>
      {Array.from({ length: props.rows ?? 6 }, (_, row) => (
        <div key={row} className="flex flex-col gap-2">
          <div className="h-3 w-2/5 rounded-full bg-line" />
          <div className="h-3 w-4/5 rounded-full bg-line opacity-60" />
        </div>
      ))}
    </div>
  )
}
