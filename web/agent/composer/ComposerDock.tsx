import { Reply, ReplyAll, StickyNote } from 'lucide-react'
import { useT } from '../app/i18n'
import { Button } from '../ui/Button'
import { Tip } from '../ui/Tip'
import type { Mode } from './ComposerHead'

type Props = { mayReply: boolean; mayNote: boolean; everyone: boolean; onStart: (mode: Mode) => void }

/** The composer at rest: what one can begin, with its key. */
export function ComposerDock(props: Props) {
  const t = useT()
  const main: Mode = props.everyone ? 'replyAll' : 'reply'
  const Icon = props.everyone ? ReplyAll : Reply
  if (!props.mayReply && !props.mayNote) return null
  return (
    <div className="flex shrink-0 items-center gap-2 border-t border-line px-6 py-3 max-[719px]:px-3">
      {props.mayReply && (
        <Tip label={t(`command.${main}`)} keys={props.everyone ? 'shift+r' : 'r'} side="top">
          <Button variant="primary" onClick={() => props.onStart(main)}>
            <Icon size={16} aria-hidden />
            {t(`command.${main}`)}
          </Button>
        </Tip>
      )}
      {props.mayNote && (
        <Tip label={t('thread.teamOnly')} keys="n" side="top">
          <Button onClick={() => props.onStart('note')}>
            <StickyNote size={16} aria-hidden />
            {t('command.note')}
          </Button>
        </Tip>
      )}
    </div>
  )
}
