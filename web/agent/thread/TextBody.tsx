import { useState } from 'react'
import { useT } from '../app/i18n'
import { linkPieces } from './entries'

/** Plain text with clickable links; what it quotes is folded. */
export function TextBody({ visible, quoted }: { visible: string; quoted: string | null }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="max-w-(--measure) text-thread">
      <Linked text={visible.trim()} />
      {quoted?.trim() && (
        <>
          <FoldButton open={open} onToggle={() => setOpen(!open)} />
          {open && (
            <div className="mt-2 border-l-2 border-line-strong pl-4 text-body text-ink-2">
              <Linked text={quoted.trim()} />
            </div>
          )}
        </>
      )}
    </div>
  )
}

export function FoldButton({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const t = useT()
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={t(open ? 'thread.hideQuote' : 'thread.showQuote')}
      title={t(open ? 'thread.hideQuote' : 'thread.showQuote')}
      onClick={onToggle}
      className="mt-2 block h-4 rounded-full bg-pressed px-2 text-[12px] leading-3 font-strong tracking-widest text-ink-2 hover:bg-line-strong pointer-coarse:h-8"
    >
      ···
    </button>
  )
}

function Linked({ text }: { text: string }) {
  return (
    <p className="break-words whitespace-pre-wrap">
      {linkPieces(text).map((piece, index) =>
        piece.href ? (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </p>
  )
}
