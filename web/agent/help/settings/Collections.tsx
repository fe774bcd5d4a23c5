import { useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, FolderPlus, FolderTree, Pencil, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { href, navigate } from '../../app/router'
import { CardList, Loaded, PageHead, SettingsForm, useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Field, Input, Select, TextArea } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { moved } from '../articles/filter'
import { collectionName, languageName, shelves } from '../names'
import { collectionsQuery, HELP } from '../queries'
import type { Centre, Collection, HelpFile } from '../types'
import { ICON_NAMES, ShelfIcon } from './icons'
import { asSign } from './sign'

/** The shelves of a help centre: their order, their names in each language, what lies below what. */
export default function Collections({ centre }: { centre: Centre }) {
  const t = useT()
  const ui = useLanguage()
  const collections = useQuery(collectionsQuery(centre.id))
  const [editing, setEditing] = useState<Collection | 'new' | null>(null)
  const mayWrite = useMay('help.write')
  const change = useChange([HELP])
  const order = shelves(collections.data ?? [])
  const move = (one: Collection, by: 1 | -1) => {
    const siblings = order.filter((row) => row.collection.parent_id === one.parent_id).map((row) => row.collection.id)
    void change(() => api.post('/api/help/collections/order', { ids: moved(siblings, one.id, siblings.indexOf(one.id) + by) }))
  }
  const add = mayWrite && (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <FolderPlus size={16} aria-hidden />
      {t('collections.add')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('collections.nav')} text={t('collections.text')}>
        {(collections.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded
        query={collections}
        empty={
          <Empty icon={FolderTree} title={t('collections.empty')} text={t('collections.emptyText')}>
            {add}
          </Empty>
        }
      >
        {() => (
          <CardList label={t('collections.nav')}>
            {order.map(({ collection, depth }) => {
              const siblings = order.filter((row) => row.collection.parent_id === collection.parent_id)
              const at = siblings.findIndex((row) => row.collection.id === collection.id)
              const name = collectionName(collection, [ui, ...centre.languages])
              const missing = centre.languages.filter((tag) => !collection.texts[tag]?.title)
              const to = { page: 'articles', section: 'list', item: null } as const
              return (
                <li key={collection.id} className={`flex min-h-12 items-center gap-3 px-4 py-1 ${depth === 1 ? 'pl-12' : ''}`}>
                  <ShelfIcon name={collection.icon} picture={collection.picture_url} />
                  <span className="min-w-0 grow">
                    <a
                      href={`${href(to)}?collection=${collection.id}`}
                      onClick={(event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return
                        event.preventDefault()
                        navigate(to, { search: `?collection=${collection.id}` })
                      }}
                      className="block truncate font-medium text-ink no-underline hover:underline"
                    >
                      {name}
                    </a>
                    <span className="tabular block text-secondary text-ink-3">{t('collections.articles', { n: collection.articles })}</span>
                  </span>
                  {missing.map((tag) => (
                    <Chip key={tag}>{t('collections.unnamed', { language: languageName(tag, ui) })}</Chip>
                  ))}
                  {mayWrite && (
                    <span className="flex shrink-0">
                      <IconButton label={t('collections.up', { name })} disabled={at === 0} onClick={() => move(collection, -1)}>
                        <ArrowUp size={15} aria-hidden />
                      </IconButton>
                      <IconButton label={t('collections.down', { name })} disabled={at === siblings.length - 1} onClick={() => move(collection, 1)}>
                        <ArrowDown size={15} aria-hidden />
                      </IconButton>
                      <IconButton label={t('collections.edit', { name })} onClick={() => setEditing(collection)}>
                        <Pencil size={15} aria-hidden />
                      </IconButton>
                    </span>
                  )}
                </li>
              )
            })}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={t(editing === 'new' ? 'collections.add' : 'collections.change')} wide>
        {editing !== null && <CollectionForm centre={centre} collection={editing === 'new' ? null : editing} parents={order.filter((row) => row.depth === 0).map((row) => row.collection)} onClose={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function CollectionForm({ centre, collection, parents, onClose }: { centre: Centre; collection: Collection | null; parents: readonly Collection[]; onClose: () => void }) {
  const t = useT()
  const ui = useLanguage()
  const change = useChange([HELP])
  const [icon, setIcon] = useState(collection?.icon ?? '')
  const [picture, setPicture] = useState(collection?.picture_id ? { id: collection.picture_id, url: collection.picture_url! } : null)
  const [words, setWords] = useState<Record<string, { title: string; description: string }>>(() =>
    Object.fromEntries(centre.languages.map((tag) => [tag, { title: collection?.texts[tag]?.title ?? '', description: collection?.texts[tag]?.description ?? '' }])),
  )
  const [parent, setParent] = useState<number | null>(collection?.parent_id ?? null)
  const put = (tag: string, more: object) => setWords({ ...words, [tag]: { ...words[tag]!, ...more } })
  const save = async () => {
    const named = Object.entries(words).map(([tag, one]) => {
      const slug = collection?.texts[tag]?.slug
      return [tag, one.title.trim() === '' ? null : { title: one.title.trim(), description: one.description.trim(), ...(slug ? { slug } : {}) }] as const
    })
    if (collection) {
      const texts = Object.fromEntries(named.filter(([tag, one]) => one !== null || collection.texts[tag]))
      await api.patch(`/api/help/collections/${collection.id}`, { parent_id: parent, icon, picture_id: picture?.id ?? null, texts })
    } else {
      await api.post('/api/help/collections', { centre_id: centre.id, parent_id: parent, icon, picture_id: picture?.id ?? null, texts: Object.fromEntries(named.filter(([, one]) => one !== null)) })
    }
    onClose()
  }
  const possible = parents.filter((one) => one.id !== collection?.id)
  return (
    <div className="min-h-0 overflow-y-auto px-6 pb-5">
      <SettingsForm onSave={save} onCancel={onClose} touches={[HELP]} ready={Object.values(words).some((one) => one.title.trim() !== '')}>
        {() => (
          <>
            {centre.languages.map((tag) => (
              <fieldset key={tag} className="flex flex-col gap-2">
                <legend className="mb-1 text-secondary font-medium text-ink-2">{languageName(tag, ui)}</legend>
                <Input lang={tag} aria-label={t('collections.nameIn', { language: languageName(tag, ui) })} placeholder={t('collections.name')} value={words[tag]!.title} maxLength={200} onChange={(event) => put(tag, { title: event.target.value })} />
                <TextArea lang={tag} rows={2} aria-label={t('collections.descriptionIn', { language: languageName(tag, ui) })} placeholder={t('collections.description')} value={words[tag]!.description} maxLength={500} onChange={(event) => put(tag, { description: event.target.value })} />
              </fieldset>
            ))}
            <Field label={t('collections.below')}>
              {(control) => (
                <Select {...control} value={parent ?? ''} onChange={(event) => setParent(event.target.value === '' ? null : Number(event.target.value))}>
                  <option value="">{t('collections.top')}</option>
                  {possible.map((one) => (
                    <option key={one.id} value={one.id}>
                      {collectionName(one, [ui, ...centre.languages])}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <SignField centre={centre} icon={icon} picture={picture} onIcon={setIcon} onPicture={setPicture} />
          </>
        )}
      </SettingsForm>
      {collection && (
        <div className="mt-2 flex items-center justify-between gap-3 border-t border-line pt-3">
          <p className="text-secondary text-ink-3">{t('collections.deleteText')}</p>
          <Button variant="danger" onClick={() => void change(() => api.delete(`/api/help/collections/${collection.id}`)).then((done) => done && onClose())}>
            <Trash2 size={16} aria-hidden />
            {t('collections.delete')}
          </Button>
        </div>
      )}
    </div>
  )
}

type Picture = { id: string; url: string }

/** One of the drawn signs, or a picture of one's own, which is made small before it is sent. */
function SignField({ centre, icon, picture, onIcon, onPicture }: { centre: Centre; icon: string; picture: Picture | null; onIcon: (name: string) => void; onPicture: (picture: Picture | null) => void }) {
  const t = useT()
  const change = useChange([HELP])
  const chooser = useRef<HTMLInputElement>(null)
  const upload = (file: File) =>
    change(async () => {
      const form = new FormData()
      form.append('file', await asSign(file), 'sign.webp')
      const kept = await api.upload<HelpFile>(`/api/help/files?centre_id=${centre.id}`, form)
      onPicture({ id: kept.id, url: kept.url })
    })
  return (
    <div role="group" aria-label={t('collections.icon')}>
      <p className="mb-1 text-secondary font-medium text-ink-2">{t('collections.icon')}</p>
      {!picture && (
        <div className="flex flex-wrap gap-1">
          {ICON_NAMES.map((name) => (
            <IconButton key={name} label={name || t('collections.noIcon')} aria-pressed={icon === name} onClick={() => onIcon(name)}>
              <ShelfIcon name={name} />
            </IconButton>
          ))}
        </div>
      )}
      <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-2">
        {picture && <ShelfIcon name={icon} picture={picture.url} size={40} />}
        <Button onClick={() => chooser.current?.click()}>{t('collections.choosePicture')}</Button>
        {picture && (
          <Button variant="plain" onClick={() => onPicture(null)}>
            {t('action.remove')}
          </Button>
        )}
      </div>
      <input
        ref={chooser}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp,image/gif"
        aria-label={t('collections.choosePicture')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void upload(file)
        }}
      />
    </div>
  )
}
