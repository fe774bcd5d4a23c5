import { useT } from '../../app/i18n'
import type { Diff, Piece } from '../types'

const FIELDS = ['title', 'slug', 'summary', 'keywords'] as const

/** What came and what went, by line and by word; signs and lines say it where colour is not seen. */
export function DiffView({ diff }: { diff: Diff }) {
  const t = useT()
  const fields = FIELDS.filter((name) => diff.fields[name])
  const isSame = fields.length === 0 && diff.body.every((line) => line.sign === 0 || line.sign === 2)
  if (isSame) return <p className="py-6 text-ink-3">{t('history.same')}</p>
  return (
    <div className="flex flex-col gap-4">
      {fields.map((name) => (
        <div key={name}>
          <p className="text-secondary font-medium text-ink-2">{t(`editor.${name}`)}</p>
          <p className="rounded-control border border-line bg-paper px-3 py-1.5">
            <Pieces pieces={diff.fields[name]!} />
          </p>
        </div>
      ))}
      {diff.body.length > 0 && (
        <div role="group" aria-label={t('editor.body')} className="overflow-hidden rounded-card border border-line bg-paper font-mono text-secondary leading-relaxed">
          {diff.body.map((line, index) =>
            line.sign === 2 ? (
              <p key={index} className="bg-panel px-3 py-1 font-sans text-ink-3">
                {t('history.skipped', { n: line.skipped })}
              </p>
            ) : (
              <p key={index} className={`flex gap-2 px-3 py-0.5 ${line.sign === 1 ? 'bg-done-soft' : line.sign === -1 ? 'bg-wrong-soft' : ''}`}>
                <span className="w-3 shrink-0 select-none" aria-hidden>
                  {line.sign === 1 ? '+' : line.sign === -1 ? '−' : ''}
                </span>
                <span className="min-w-0 grow break-words whitespace-pre-wrap">
                  {line.sign !== 0 && <span className="sr-only">{t(line.sign === 1 ? 'history.added' : 'history.removed')} </span>}
                  <Pieces pieces={line.pieces} plain={line.pieces.every((piece) => piece.sign !== 0)} />
                </span>
              </p>
            ),
          )}
        </div>
      )}
    </div>
  )
}

/** `plain`: the whole line is new or gone, so its words need no mark of their own. */
function Pieces({ pieces, plain }: { pieces: readonly Piece[]; plain?: boolean }) {
  return pieces.map((piece, index) => {
    if (piece.sign === 0 || plain) return <span key={index}>{piece.text}</span>
    if (piece.sign === 1) {
      return (
        <ins key={index} className="rounded-[3px] bg-done-soft text-done decoration-1 underline-offset-2">
          {piece.text}
        </ins>
      )
    }
    return (
      <del key={index} className="rounded-[3px] bg-wrong-soft text-wrong">
        {piece.text}
      </del>
    )
  })
}
