import { Archive, ArrowDown, ArrowUp, Ellipsis, FolderTree, GripVertical, Lock, Send, SquarePen, Trash2, UsersRound } from 'lucide-react'
import { type DragEvent, type KeyboardEvent, useState } from 'react'
import { moment } from '../../../shared/time'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { href } from '../../app/router'
import { useNow } from '../../app/useNow'
import { openPicker } from '../../commands/picker'
import { useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Menu, MenuItem, MenuLine } from '../../ui/Menu'
import { LanguageBadge } from '../Badge'
import { collectionName, shelves } from '../names'
import { HELP } from '../queries'
import type { Article, ArticleRow, Centre, Collection } from '../types'
import { Writers } from '../Writers'

type Props = {
  row: ArticleRow
  centre: Centre
  collections: readonly Collection[]
  language: string | null
  inCollection: boolean
  index: number
  onMove: ((to: number) => void) | null
  /** Another row was dropped above or below this one. */
  onTake: (from: number, below: boolean) => void
  onOpen: (language: string | null) => void
}

const DRAGGED = 'application/x-hark-article'

/** One article: its title, where it lies, who may read it, and how each language stands. */
export function ArticleLine(props: Props) {
  const { row, onMove, index } = props
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const [over, setOver] = useState<'above' | 'below' | null>(null)
  const collection = props.collections.find((one) => one.id === row.collection_id)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    const from = Number(event.dataTransfer.getData(DRAGGED))
    setOver(null)
    if (!onMove || Number.isNaN(from)) return
    props.onTake(from, over === 'below')
  }
  const keys = (event: KeyboardEvent) => {
    if (!onMove || !event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    onMove(index + (event.key === 'ArrowDown' ? 1 : -1))
  }
  const title = row.title || t('articles.untitled')
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys belong to the link and the buttons inside
    <li
      data-row={row.id}
      onKeyDown={keys}
      onDragOver={(event) => {
        if (!onMove || !event.dataTransfer.types.includes(DRAGGED)) return
        event.preventDefault()
        const box = event.currentTarget.getBoundingClientRect()
        setOver(event.clientY < box.top + box.height / 2 ? 'above' : 'below')
      }}
      onDragLeave={() => setOver(null)}
      onDrop={drop}
      className={`relative flex min-h-12 items-center gap-3 border-b border-line px-2 py-1.5 hover:bg-panel max-[719px]:flex-wrap ${over === 'above' ? 'shadow-[0_-2px_0_var(--accent)]' : over === 'below' ? 'shadow-[0_2px_0_var(--accent)]' : ''}`}
    >
      {onMove && (
        <span
          draggable
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAGGED, String(row.id))
            event.dataTransfer.effectAllowed = 'move'
          }}
          className="-ml-2 flex h-8 cursor-grab items-center text-ink-faint"
          aria-hidden
        >
          <GripVertical size={16} />
        </span>
      )}
      <div className="min-w-0 grow basis-72 max-[719px]:basis-0">
        <a
          href={`${href({ page: 'articles', section: 'edit', item: String(row.id) })}${props.language ? `?language=${props.language}` : ''}`}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            props.onOpen(props.language)
          }}
          className={`block truncate font-medium no-underline after:absolute after:inset-0 ${row.title ? 'text-ink' : 'text-ink-3'}`}
        >
          {title}
        </a>
        <p className="flex min-w-0 items-center gap-1.5 text-secondary text-ink-3">
          {row.visibility !== 'public' && (
            <span className="inline-flex shrink-0 items-center gap-1 text-note-ink">
              {row.visibility === 'internal' ? <Lock size={12} aria-hidden /> : <UsersRound size={12} aria-hidden />}
              {t(`visibility.${row.visibility}`)} ·
            </span>
          )}
          {!props.inCollection && <span className="truncate">{collection ? collectionName(collection, [language, ...props.centre.languages]) : t('articles.noCollection')}</span>}
          {!props.inCollection && <span aria-hidden>·</span>}
          <span className="shrink-0">{moment(row.updated_at, now, language)}</span>
          <Writers articleId={row.id} />
        </p>
      </div>
      <div className="relative flex shrink-0 flex-wrap justify-end gap-1 max-[719px]:order-last max-[719px]:w-full max-[719px]:justify-start">
        {row.languages.map((state) => (
          <LanguageBadge key={state.language} state={state} onOpen={() => props.onOpen(state.language)} />
        ))}
      </div>
      <RowMenu {...props} title={title} />
    </li>
  )
}

function RowMenu({ row, centre, collections, onOpen, onMove, index, title }: Props & { title: string }) {
  const t = useT()
  const language = useLanguage()
  const change = useChange([HELP])
  const [sure, setSure] = useState(false)
  const shown = row.languages.find((one) => one.language === row.source_language)
  const may = (act: string) => row.can.includes(act)
  const withVersion = async (act: (article: Article) => Promise<unknown>) => act(await api.get<Article>(`/api/help/articles/${row.id}`))
  const publish = () =>
    change(() => withVersion((article) => api.post(`/api/help/articles/${row.id}/texts/${row.source_language}/publish`, { version: article.texts[row.source_language]?.version ?? 0 })), t('editor.publishedNow', { title }))
  const archive = () => change(() => api.post(`/api/help/articles/${row.id}/texts/${row.source_language}/archive`), t('editor.archivedNow', { title }))
  const move = () =>
    openPicker(() => ({
      title: t('articles.moveTo'),
      placeholder: t('articles.collection'),
      options: [
        ...shelves(collections).map(({ collection }) => ({
          id: String(collection.id),
          label: collectionName(collection, [language, ...centre.languages]),
          checked: collection.id === row.collection_id,
          run: () => void change(() => api.patch(`/api/help/articles/${row.id}`, { collection_id: collection.id })),
        })),
        { id: '0', label: t('articles.noCollection'), checked: row.collection_id === null, run: () => void change(() => api.patch(`/api/help/articles/${row.id}`, { collection_id: null })) },
      ],
    }))
  return (
    <div className="relative shrink-0">
      <Menu
        align="end"
        trigger={
          <IconButton label={t('articles.actions', { title })}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={SquarePen} label={t('action.edit')} onSelect={() => onOpen(null)} />
        {may('publish') && shown && (!shown.live || shown.changed) && <MenuItem icon={Send} label={t('editor.publish')} onSelect={() => void publish()} />}
        {onMove && index > 0 && <MenuItem icon={ArrowUp} label={t('articles.moveUp')} onSelect={() => onMove(index - 1)} />}
        {onMove && <MenuItem icon={ArrowDown} label={t('articles.moveDown')} onSelect={() => onMove(index + 1)} />}
        {may('write') && <MenuItem icon={FolderTree} label={t('articles.moveTo')} onSelect={move} />}
        {may('publish') && shown && shown.state !== 'archived' && <MenuItem icon={Archive} label={t(shown.live ? 'editor.unpublish' : 'editor.archive')} onSelect={() => void archive()} />}
        {may('publish') && (
          <>
            <MenuLine />
            <MenuItem icon={Trash2} label={t('articles.delete')} onSelect={() => setSure(true)} />
          </>
        )}
      </Menu>
      <Dialog open={sure} onClose={() => setSure(false)} title={t('articles.deleteSure', { title })}>
        <div className="px-6 pb-5">
          <p>{t('articles.deleteText')}</p>
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setSure(false)}>{t('action.cancel')}</Button>
            <Button variant="danger" onClick={() => void change(() => api.delete(`/api/help/articles/${row.id}`)).then((done) => done && setSure(false))}>
              {t('articles.delete')}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}
