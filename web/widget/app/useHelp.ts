import { useEffect, useState } from 'preact/hooks'
import { store } from './messenger'
import type { Inbox } from './protocol'
import { useStore } from './useStore'

type Help = typeof import('./help/Help')
let loaded: Help | null = null

/** Whether this visitor gets articles at all. */
export const hasArticles = ({ articles }: Inbox) => articles === 'shown' || articles === 'compared'

/** The code of search and articles, once the messenger is open; null until it is there. */
export function useHelp(inbox: Inbox, isWanted = true): Help | null {
  const [help, setHelp] = useState(loaded)
  const open = useStore(store, (state) => state.open)
  const wants = isWanted && open && hasArticles(inbox)
  useEffect(() => {
    // It is a help, no more: without it the messenger goes on as it is.
    if (wants && !loaded) void import('./help/Help').then((got) => setHelp((loaded = got)), () => {})
  }, [wants])
  return help
}
