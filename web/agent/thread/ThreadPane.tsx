import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../api/client'
import { conversationQuery, keys, threadQuery } from '../api/queries'
import { useTitle } from '../app/Channel'
import { useViewing } from '../app/live'
import { useProblemText } from '../app/problems'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { AskHelp } from '../routing/AskHelp'
import { HelpCard } from '../routing/HelpCard'
import { SuggestedInThread } from '../routing/Suggested'
import { HereNow } from './HereNow'
import { MergeDialog, MergeNote } from './MergeDialog'
import { Pending } from './Pending'
import { SplitBar } from './SplitBar'
import { type Splitting, SplittingProvider } from './splitting'
import { Thread } from './Thread'
import { ThreadHeader } from './ThreadHeader'
import { VisitorTyping } from './VisitorTyping'
import { useConversationCommands } from './useConversationCommands'

const Composer = lazy(() => import('../composer/Composer'))

type Props = { id: string; contactShown: boolean; onDone: () => void }

/** One conversation: header, messages, what waits to leave, composer. Remounted per conversation. */
export function ThreadPane({ id, contactShown, onDone }: Props) {
  const say = useProblemText()
  const client = useQueryClient()
  const conversation = useQuery(conversationQuery(id))
  const thread = useInfiniteQuery(threadQuery(id))
  const [withImages, setWithImages] = useState(false)
  const items = useMemo(() => (thread.data?.pages ?? []).flatMap((page) => page.items).toReversed(), [thread.data])
  const data = conversation.data
  const titleOf = useTitle()
  const title = data && titleOf(data)
  const seenSeq = useSeen(id, data?.read_seq, data?.seq)
  useViewing(id)
  const [merging, setMerging] = useState(false)
  const [asking, setAsking] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const splitting = useMemo<Splitting>(
    () => ({
      chosen,
      begin: (first) => setChosen(new Set([first])),
      toggle: (one) => setChosen((old) => new Set(old?.has(one) ? [...old].filter((other) => other !== one) : [...(old ?? []), one])),
    }),
    [chosen],
  )
  useConversationCommands(data, {
    onDone,
    onShowImages: () => setWithImages(true),
    onMerge: () => setMerging(true),
    onHelp: () => setAsking(true),
    onSplit: () => setChosen(chosen ? null : new Set()),
  })

  useEffect(() => {
    if (title) document.title = `${title} · Hark`
  }, [title])

  const error = conversation.error ?? thread.error
  if (error && !data) {
    return <ErrorNote {...say(error)} onRetry={() => void client.invalidateQueries({ queryKey: keys.conversation(id) })} className="m-6" />
  }
  return (
    <>
      <ThreadHeader conversation={data} contactShown={contactShown} />
      {data && <MergeNote conversation={data} />}
      {data && <HelpCard conversation={data} />}
      {data && <SuggestedInThread id={id} free={data.assignee_id === null} />}
      {thread.isPending || !data ? (
        <Skeleton rows={5} className="grow p-6" />
      ) : (
        <SplittingProvider value={splitting}>
          <Thread
            conversation={data}
            items={items}
            seenSeq={seenSeq}
            withImages={withImages}
            hasEarlier={thread.hasNextPage}
            isLoadingEarlier={thread.isFetchingNextPage}
            onEarlier={() => void thread.fetchNextPage()}
            footer={
              <>
                <VisitorTyping conversation={data} />
                <Pending conversation={data} />
              </>
            }
          />
        </SplittingProvider>
      )}
      <HereNow conversationId={id} />
      {data && chosen && <SplitBar conversation={data} items={items} chosen={chosen} onClose={() => setChosen(null)} />}
      {data && <AskHelp conversation={data} open={asking} onClose={() => setAsking(false)} />}
      {data && <MergeDialog conversation={data} open={merging} onClose={() => setMerging(false)} />}
      {data && !chosen && (
        <Suspense fallback={<div className="h-14 shrink-0 border-t border-line" />}>
          <Composer key={id} conversation={data} onResolved={onDone} />
        </Suspense>
      )}
    </>
  )
}

/** How far the person had looked when the thread was opened; tells the server as new things are seen. */
function useSeen(id: string, readSeq: number | undefined, seq: number | undefined): number | null {
  const first = useRef<number | null>(null)
  const told = useRef(0)
  if (first.current === null && readSeq !== undefined) first.current = readSeq
  const client = useQueryClient()
  useEffect(() => {
    if (seq === undefined || seq <= told.current) return
    const look = () => {
      if (document.visibilityState !== 'visible') return
      told.current = seq
      void api.post(`/api/conversations/${id}/read`, { seq }).then(
        () => client.invalidateQueries({ queryKey: keys.lists }),
        () => {
          if (told.current === seq) told.current = 0 // without a connection: said again with the next look
        },
      )
    }
    const timer = setTimeout(look, 600)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [client, id, seq])
  return first.current
}
