import { ICONS, NO_ICON } from '../../../help/icons'

/** Words the API keeps; the public page draws the same signs. */
export const ICON_NAMES = ['', ...Object.keys(ICONS)]

export function ShelfIcon({ name, picture, size = 16 }: { name: string; picture?: string | null; size?: number }) {
  if (picture) return <img src={picture} alt="" width={size} height={size} className="shrink-0 rounded-[4px] object-cover" />
  const Icon = ICONS[name] ?? NO_ICON
  return <Icon size={size} className="shrink-0 text-ink-3" aria-hidden />
}
