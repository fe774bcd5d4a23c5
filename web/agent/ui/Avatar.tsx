const HUES = [25, 70, 110, 150, 195, 240, 285, 330]

/** Initials: two letters of a Latin name, the last two syllables of a Korean one. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s.@_-]+/).filter(Boolean)
  const first = words[0] ?? '?'
  if (/[\uac00-\ud7a3]/.test(first)) return first.length > 2 ? first.slice(-2) : first
  return ((Array.from(first)[0] ?? '?') + (words.length > 1 ? (Array.from(words.at(-1)!)[0] ?? '') : '')).toUpperCase()
}

function hue(text: string): number {
  let sum = 0
  for (const char of text) sum = (sum * 31 + char.codePointAt(0)!) % 9973
  return HUES[sum % HUES.length]!
}

/** A person as a small disc; the colour only tells people apart. */
export function Avatar(props: { name: string; size?: 20 | 24 | 32 | 40; title?: string }) {
  const size = props.size ?? 24
  const tint = hue(props.name)
  return (
    <span
      aria-hidden={props.title ? undefined : true}
      title={props.title}
      data-initials={initials(props.name)}
      className="disc before:content-[attr(data-initials)] inline-flex shrink-0 items-center justify-center rounded-full font-medium select-none"
      style={{ width: size, height: size, fontSize: size <= 20 ? 9 : size <= 24 ? 10 : 13, ['--disc-hue' as string]: tint }}
    />
  )
}
