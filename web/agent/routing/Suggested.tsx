import { Sparkle } from 'lucide-react'
import { useT } from '../app/i18n'
import { useMe } from '../app/me'
import { navigate } from '../app/router'
import { useAct } from '../thread/actions'
import { Button } from '../ui/Button'
import { Tip } from '../ui/Tip'
import { useSuggestion } from './useNext'

/** Over the list: the one conversation this person should take next, and why. */
export function SuggestedInList({ open }: { open: string | null }) {
  const t = useT()
  const suggestion = useSuggestion()
  if (!suggestion || suggestion.conversation_id === open) return null
  return (
    <button
      type="button"
      onClick={() => navigate({ page: 'inbox', conversation: suggestion.conversation_id })}
      className="fade-in flex w-full shrink-0 items-start gap-2 border-b border-line bg-accent-soft px-4 py-2 text-left hover:bg-hover"
    >
      <Sparkle size={14} className="mt-0.5 shrink-0 text-accent-ink" aria-hidden />
      <span className="min-w-0 grow">
        <span className="block truncate font-medium">
          {t('suggested.forYou')} <span className="tabular font-regular text-ink-3">#{suggestion.number}</span> {suggestion.subject}
        </span>
        <span className="line-clamp-2 text-secondary text-ink-2">{suggestion.why.text}</span>
      </span>
    </button>
  )
}

/** Under the header of the suggested conversation: why, and the button that takes it. */
export function SuggestedInThread({ id, free }: { id: string; free: boolean }) {
  const t = useT()
  const me = useMe().agent
  const act = useAct()
  const suggestion = useSuggestion()
  if (suggestion?.conversation_id !== id || !free) return null
  return (
    <div className="flex shrink-0 items-center gap-3 border-b border-line bg-accent-soft px-6 py-1.5 text-secondary max-[719px]:px-3">
      <Sparkle size={14} className="shrink-0 text-accent-ink" aria-hidden />
      <Tip label={suggestion.why.text}>
        <span className="min-w-0 grow truncate">
          <span className="font-medium">{t('suggested.forYou')}</span> {suggestion.why.text}
        </span>
      </Tip>
      <Button variant="primary" onClick={() => void act(id, 'assign', { assignee_id: me.id })}>
        {t('suggested.take')}
      </Button>
    </div>
  )
}
