import { Lock, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useT } from '../app/i18n'
import { runCommand } from '../commands/registry'
import { IconButton } from '../ui/Button'
import type { SaveState } from './draft'
import { RecipientField } from './RecipientField'
import type { Recipients } from './recipients'

export type Mode = 'reply' | 'replyAll' | 'note'

type Props = {
  mode: Mode
  onMode: (mode: Mode) => void
  mayReply: boolean
  mayReplyAll: boolean
  /** null in a chat, which has no recipients. */
  people: Recipients | null
  onPeople: (people: Recipients) => void
  saving: SaveState
  children?: ReactNode
}

/** Reply or note, and for a reply where it goes and who gets it. */
export function ComposerHead({ mode, onMode, mayReply, mayReplyAll, people, onPeople, saving, children }: Props) {
  const t = useT()
  const isNote = mode === 'note'
  const modes: Mode[] = mayReply ? (mayReplyAll ? ['reply', 'replyAll', 'note'] : ['reply', 'note']) : ['note']
  return (
    <div className="shrink-0">
      <div className="flex items-center gap-1 px-3 pt-2">
        <div role="group" aria-label={t('compose.mode')} className="flex">
          {modes.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={mode === one}
              onClick={() => onMode(one)}
              className="target rounded-control px-2 text-secondary font-medium whitespace-nowrap text-ink-3 hover:text-ink aria-pressed:text-ink aria-pressed:underline aria-pressed:decoration-2 aria-pressed:underline-offset-4"
            >
              {t(`command.${one}`)}
            </button>
          ))}
        </div>
        {isNote && (
          <span className="ml-1 inline-flex min-w-0 items-center gap-1 text-secondary text-note-ink">
            <Lock size={12} className="shrink-0" aria-hidden />
            <span className="truncate">{t('thread.teamOnly')}</span>
          </span>
        )}
        <span className="grow" />
        <span role="status" className={`text-secondary ${saving === 'failed' ? 'text-wrong' : 'text-ink-3'}`}>
          {saving === 'saved' ? t('compose.saved') : saving === 'failed' ? t('compose.notSaved') : ''}
        </span>
        <IconButton label={t('command.discard')} onClick={() => runCommand('compose.discard')}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      </div>
      {children}
      {!isNote && people && <People people={people} onPeople={onPeople} />}
    </div>
  )
}

function People({ people, onPeople }: { people: Recipients; onPeople: Props['onPeople'] }) {
  const t = useT()
  const [shown, setShown] = useState({ cc: false, bcc: false })
  const hasCc = shown.cc || people.cc.length > 0
  const hasBcc = shown.bcc || people.bcc.length > 0
  return (
    <div className="max-h-28 overflow-y-auto border-b border-line pb-1">
      <RecipientField label={t('mail.to')} values={people.to} onChange={(to) => onPeople({ ...people, to })}>
        <span className="flex shrink-0 gap-1">
          {!hasCc && <AddField label={t('mail.cc')} onClick={() => setShown({ ...shown, cc: true })} />}
          {!hasBcc && <AddField label={t('mail.bcc')} onClick={() => setShown({ ...shown, bcc: true })} />}
        </span>
      </RecipientField>
      {/* oxlint-disable jsx-a11y/no-autofocus -- the fields appear because one asked for them */}
      {hasCc && <RecipientField label={t('mail.cc')} values={people.cc} autoFocus={shown.cc} onChange={(cc) => onPeople({ ...people, cc })} />}
      {hasBcc && <RecipientField label={t('mail.bcc')} values={people.bcc} autoFocus={shown.bcc} onChange={(bcc) => onPeople({ ...people, bcc })} />}
      {/* oxlint-enable jsx-a11y/no-autofocus */}
    </div>
  )
}

function AddField({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick} className="target rounded-control px-1.5 text-ink-3 hover:bg-hover hover:text-ink">
      {label}
    </button>
  )
}
