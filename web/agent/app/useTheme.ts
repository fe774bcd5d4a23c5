import { usePreference } from './preferences'
import { useMedia } from './useMedia'

/** The theme on screen: as chosen by hand, else the system's. */
export function useTheme(): 'light' | 'dark' {
  const [chosen] = usePreference('theme')
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  return chosen === 'dark' || (chosen !== 'light' && systemDark) ? 'dark' : 'light'
}
