const HUES = [25, 70, 110, 150, 195, 240, 285, 330]
const FONT: Record<AvatarSize, number> = { 16: 8, 20: 9, 24: 10, 32: 13, 40: 13, 64: 22 }

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

export type AvatarSize = 16 | 20 | 24 | 32 | 40 | 64

type Props = { name: string; picture?: string | null; size?: AvatarSize; title?: string }

/** A person as a small disc: their picture, else initials on a colour that only tells people apart. */
export function Avatar({ name, picture, size = 24, title }: Props) {
  if (picture) {
    return (
      <img
        src={picture}
        alt={title ?? ''}
        title={title}
        width={size}
        height={size}
        className="shrink-0 rounded-full bg-pressed object-cover select-none"
        style={{ width: size, height: size }}
      />
    )
  }
  return (
    <span
      aria-hidden={title ? undefined : true}
      role={title ? 'img' : undefined}
      aria-label={title}
      title={title}
      data-initials={initials(name)}
      className="disc before:content-[attr(data-initials)] inline-flex shrink-0 items-center justify-center rounded-full font-medium select-none"
      style={{ width: size, height: size, fontSize: FONT[size], ['--disc-hue' as string]: hue(name) }}
    />
  )
}
