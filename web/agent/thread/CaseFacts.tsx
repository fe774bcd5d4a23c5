import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Conversation } from '../api/types'
import { useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { command, type CommandId } from '../commands/catalogue'
import { runCommand, useAvailable } from '../commands/registry'
import { Tip } from '../ui/Tip'

/** What a conversation is about, how bad and how hard it is: what its place in the list follows from, each a click away. */
export function CaseFacts({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { topic } = useDirectory()
  const { severity, difficulty, topic_id: topicId } = conversation
  return (
    <section aria-label={t('case.label')}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-3 text-secondary">
        <Fact name={t('case.topic')} id="conversation.topic">
          {topicId === null ? <span className="text-ink-3">{t('case.noTopic')}</span> : (topic(topicId)?.name ?? '…')}
        </Fact>
        <Fact name={t('case.severity')} id="conversation.severity">
          <span className={severity >= 2 ? 'font-medium' : ''}>{t(`severity.${severity}` as 'severity.0')}</span>
        </Fact>
        <Fact name={t('case.difficulty')} id="conversation.difficulty">
          {t(`difficulty.${difficulty}` as 'difficulty.0')}
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ name, id, children }: { name: string; id: CommandId; children: ReactNode }) {
  const t = useT()
  const { label, keys } = command(id)
  const available = useAvailable(id)
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="flex min-w-0 justify-end">
        <Tip label={t(label)} keys={keys?.[0]}>
          <button
            type="button"
            disabled={!available}
            onClick={() => runCommand(id)}
            className="target -mr-1 inline-flex min-w-0 items-center gap-1 rounded-control px-1 text-ink enabled:hover:bg-hover"
          >
            <span className="truncate">{children}</span>
            {available && <ChevronDown size={12} className="shrink-0 text-ink-3" aria-hidden />}
          </button>
        </Tip>
      </dd>
    </>
  )
}
