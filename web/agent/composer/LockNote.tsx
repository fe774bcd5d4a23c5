import { Lock } from 'lucide-react'
import type { Conversation } from '../api/types'
import { useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { Button } from '../ui/Button'

/** In this team only the assignee answers, and that is somebody else: one click makes it oneself. */
export function LockNote(props: { conversation: Conversation; busy: boolean; onTakeOver: () => void }) {
  const t = useT()
  const { agent } = useDirectory()
  const { assignee_id } = props.conversation
  return (
    <div role="status" className="mx-4 my-1 flex shrink-0 items-center gap-3 rounded-control border border-accent-line bg-accent-soft px-3 py-2">
      <Lock size={16} className="shrink-0 text-accent-ink" aria-hidden />
      <p className="min-w-0 grow">
        {assignee_id === null ? t('lock.nobody') : t('lock.assignee', { name: agent(assignee_id)?.name ?? t('author.agent') })}
      </p>
      <Button busy={props.busy} onClick={props.onTakeOver}>
        {t('lock.takeOver')}
      </Button>
    </div>
  )
}
