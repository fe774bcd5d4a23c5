import { useQuery } from '@tanstack/react-query'
import { Plus, Tag as TagIcon, Trash2 } from 'lucide-react'
import { api } from '../api/client'
import { keys, tagsQuery } from '../api/queries'
import type { Tag } from '../api/types'
import { useT } from '../app/i18n'
import { useMay } from '../app/me'
import { Button, IconButton } from '../ui/Button'
import { Input } from '../ui/Field'
import { Empty } from '../ui/Notice'
import { CardList, Loaded, PageHead, text, useChange } from './parts'

const TOUCHES = [tagsQuery.queryKey, keys.lists]

export default function Tags() {
  const t = useT()
  const tags = useQuery(tagsQuery)
  const mayWrite = useMay('tags.write')
  const change = useChange(TOUCHES)
  const add = async (form: FormData) => {
    const name = text(form, 'name')
    if (name) await change(() => api.post('/api/tags', { name }))
  }
  return (
    <>
      <PageHead title={t('settings.tags')} text={t('tags.text')} />
      {mayWrite && (
        <form action={add} className="mb-4 flex gap-2">
          <Input name="name" aria-label={t('tags.name')} placeholder={t('tags.name')} required maxLength={60} className="max-w-80" />
          <Button type="submit" variant="primary">
            <Plus size={16} aria-hidden />
            {t('tags.add')}
          </Button>
        </form>
      )}
      <Loaded query={tags} empty={<Empty icon={TagIcon} title={t('tags.empty')} text={t('tags.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.tags')}>
            {items.map((tag) => (
              <TagRow key={tag.id} tag={tag} mayWrite={mayWrite} />
            ))}
          </CardList>
        )}
      </Loaded>
    </>
  )
}

function TagRow({ tag, mayWrite }: { tag: Tag; mayWrite: boolean }) {
  const t = useT()
  const change = useChange(TOUCHES)
  const rename = (name: string) => {
    if (name && name !== tag.name) void change(() => api.patch(`/api/tags/${tag.id}`, { name }))
  }
  return (
    <li className="flex min-h-11 items-center gap-2 px-4">
      <TagIcon size={14} className="shrink-0 text-ink-3" aria-hidden />
      <input
        defaultValue={tag.name}
        readOnly={!mayWrite}
        aria-label={t('tags.name')}
        onBlur={(event) => rename(event.target.value.trim())}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        className="h-8 min-w-0 grow rounded-control bg-transparent px-1 not-read-only:hover:bg-hover"
      />
      {mayWrite && (
        <IconButton label={t('tags.delete')} onClick={() => void change(() => api.delete(`/api/tags/${tag.id}`), t('tags.deleted', { name: tag.name }))}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      )}
    </li>
  )
}
