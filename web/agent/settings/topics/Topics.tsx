import { useQuery } from '@tanstack/react-query'
import { Archive, ArchiveRestore, MessageSquareText, Plus } from 'lucide-react'
import { api } from '../../api/client'
import { keys, topicsQuery } from '../../api/queries'
import type { Topic } from '../../api/types'
import { useT } from '../../app/i18n'
import { useMay, useMe } from '../../app/me'
import { Button, IconButton } from '../../ui/Button'
import { Input } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, text, useChange } from '../parts'

const TOUCHES = [topicsQuery.queryKey, keys.lists, ['conversation']]

export default function Topics() {
  const t = useT()
  const topics = useQuery(topicsQuery)
  const mayWrite = useMay('topics.write')
  const change = useChange(TOUCHES)
  const add = async (form: FormData) => {
    const name = text(form, 'name')
    if (name) await change(() => api.post('/api/topics', { name }))
  }
  return (
    <>
      <PageHead title={t('settings.topics')} text={t('topics.text')} />
      {mayWrite && (
        <form action={add} className="mb-4 flex gap-2">
          <Input name="name" aria-label={t('topics.name')} placeholder={t('topics.name')} required maxLength={80} className="max-w-80" />
          <Button type="submit" variant="primary">
            <Plus size={16} aria-hidden />
            {t('topics.add')}
          </Button>
        </form>
      )}
      <Loaded query={topics} empty={<Empty icon={MessageSquareText} title={t('topics.empty')} text={t('topics.emptyText')} />}>
        {(items) => {
          const archived = items.filter((topic) => topic.archived)
          return (
            <>
              <CardList label={t('settings.topics')}>
                {items
                  .filter((topic) => !topic.archived)
                  .map((topic) => (
                    <TopicRow key={topic.id} topic={topic} mayWrite={mayWrite} />
                  ))}
              </CardList>
              {archived.length > 0 && (
                <>
                  <h2 className="mt-8 mb-2 text-secondary font-medium text-ink-2">{t('topics.archived')}</h2>
                  <CardList label={t('topics.archived')}>
                    {archived.map((topic) => (
                      <TopicRow key={topic.id} topic={topic} mayWrite={mayWrite} />
                    ))}
                  </CardList>
                </>
              )}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

const minutes = (seconds: number) => String(Math.round(seconds / 6) / 10)

function TopicRow({ topic, mayWrite }: { topic: Topic; mayWrite: boolean }) {
  const t = useT()
  const change = useChange(TOUCHES)
  const standard = useMe().workspace.settings.value?.handle_s ?? 600
  const patch = (body: object, done?: string, undo?: () => void) => void change(() => api.patch(`/api/topics/${topic.id}`, body), done, undo)
  const rename = (name: string) => {
    if (name && name !== topic.name) patch({ name })
  }
  const take = (typed: string) => {
    const seconds = typed === '' ? null : Number(typed.replace(',', '.')) * 60
    if (seconds === null ? topic.handle_s !== null : seconds > 0 && seconds !== topic.handle_s) patch({ handle_s: seconds })
  }
  const measured = topic.learned_handle_s !== null
  const otherwise = measured ? t('topics.learned', { minutes: minutes(topic.learned_handle_s!) }) : t('topics.default', { minutes: minutes(standard) })
  return (
    <li className="flex min-h-11 items-center gap-2 px-4 py-1 max-[719px]:flex-wrap">
      <MessageSquareText size={14} className="shrink-0 text-ink-3" aria-hidden />
      <input
        defaultValue={topic.name}
        readOnly={!mayWrite}
        maxLength={80}
        aria-label={t('topics.name')}
        onBlur={(event) => rename(event.target.value.trim())}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        className={`h-8 min-w-0 grow rounded-control bg-transparent px-1 not-read-only:hover:bg-hover ${topic.archived ? 'text-ink-3' : ''}`}
      />
      {!topic.archived && (
        <label className="flex shrink-0 items-center gap-1.5 text-secondary text-ink-3 max-[719px]:order-last max-[719px]:w-full max-[719px]:justify-end">
          <input
            key={topic.handle_s}
            defaultValue={topic.handle_s === null ? '' : minutes(topic.handle_s)}
            placeholder={otherwise}
            readOnly={!mayWrite}
            inputMode="decimal"
            aria-label={t('topics.minutes', { name: topic.name })}
            onBlur={(event) => take(event.target.value.trim())}
            onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
            className="tabular h-8 w-44 rounded-control border border-transparent bg-transparent px-2 text-right text-ink placeholder:text-ink-3 not-read-only:hover:border-line-strong focus:border-line-strong"
          />
          {topic.handle_s !== null && t('topics.perCase')}
        </label>
      )}
      {mayWrite &&
        (topic.archived ? (
          <IconButton label={t('topics.restore', { name: topic.name })} onClick={() => patch({ archived: false })}>
            <ArchiveRestore size={15} aria-hidden />
          </IconButton>
        ) : (
          <IconButton
            label={t('topics.archive', { name: topic.name })}
            onClick={() => patch({ archived: true }, t('topics.archivedNow', { name: topic.name }), () => patch({ archived: false }))}
          >
            <Archive size={15} aria-hidden />
          </IconButton>
        ))}
    </li>
  )
}
