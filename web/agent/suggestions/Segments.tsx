import { useT } from '../app/i18n'
import { blankName } from './blanks'
import type { Segment } from './queries'

/** A suggested text with what was filled in and what is left open told apart, by shape and not by colour alone. */
export function Segments({ segments }: { segments: readonly Segment[] }) {
  const t = useT()
  return segments.map((one, index) =>
    one.kind === 'text' ? (
      <span key={index}>{one.text}</span>
    ) : one.kind === 'filled' ? (
      <span key={index} className="underline decoration-accent-line decoration-2 underline-offset-3">
        {one.text}
      </span>
    ) : (
      <span key={index} className="blank">
        [{blankName(one.what, t)}…]
      </span>
    ),
  )
}
