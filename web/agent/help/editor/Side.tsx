import { useQuery } from '@tanstack/react-query'
import { Link2Off, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import { moment } from '../../../shared/time'
import { api } from '../../api/client'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { href } from '../../app/router'
import { useNow } from '../../app/useNow'
import { useChange } from '../../settings/parts'
import { Button, IconButton } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Field, Input, Select } from '../../ui/Field'
import { collectionName, languageName, shelves } from '../names'
import { collectionsQuery, HELP } from '../queries'
import { runCommand } from '../../commands/registry'
import type { Article, BrokenLink, Centre, Visibility } from '../types'
import { Audience, FIRST_SEGMENT } from './Audience'
import { Related } from './Related'
import type { Publishing } from './usePublishing'
import type { useText } from './useText'

type Props = {
  article: Article
  centre: Centre
  language: string
  text: ReturnType<typeof useText>
  broken: readonly BrokenLink[]
  publishing: Publishing
  floating: boolean
  onClose: () => void
}

/** Everything about the text that is not the text. */
export function Side({ article, centre, language, text, broken, publishing, floating, onClose }: Props) {
  const t = useT()
  const ui = useLanguage()
  const now = useNow()
  const { agent } = useDirectory()
  const collections = useQuery(collectionsQuery(centre.id)).data ?? []
  const change = useChange([HELP])
  const mayWrite = article.can.includes('write')
  const saved = article.texts[language]
  const patch = (body: object) => void change(() => api.patch<Article>(`/api/help/articles/${article.id}`, body))
  const dead = publishing.broken.length > 0 ? publishing.broken : broken
  const source = languageName(article.source_language, ui)
  return (
    <aside aria-label={t('editor.details')} className={`flex w-80 shrink-0 flex-col gap-5 overflow-y-auto border-l border-line bg-panel px-4 py-5 ${floating ? 'fixed inset-y-0 right-0 z-30 max-w-full shadow-float' : ''}`}>
      {floating && (
        <IconButton label={t('action.close')} onClick={onClose} className="self-end">
          <X size={16} aria-hidden />
        </IconButton>
      )}
      {saved?.stale && (
        <Note tone="stale" title={t('side.stale', { language: source })} text={t('side.staleText')}>
          <Button onClick={() => runCommand('articles.compare')}>{t('side.seeChanges')}</Button>
        </Note>
      )}
      {saved?.state === 'review' && (
        <Note
          tone="review"
          title={saved.reviewer_id === null ? t('side.review') : t('side.reviewBy', { name: agent(saved.reviewer_id)?.name ?? '' })}
          text={[saved.review_asked_by === null ? '' : (agent(saved.review_asked_by)?.name ?? ''), saved.review_note].filter(Boolean).join(': ')}
        />
      )}
      {saved && saved.state === 'draft' && saved.review_note !== '' && <Note tone="review" title={t('side.returned')} text={saved.review_note} />}
      {dead.length > 0 && (
        <section aria-label={t('links.nav')} className="rounded-card border border-line bg-paper px-3 py-2.5">
          <p className="flex items-center gap-2 font-medium">
            <Link2Off size={16} className="shrink-0 text-wrong" aria-hidden />
            {t('side.broken', { n: dead.length })}
          </p>
          <ul className="mt-1 flex flex-col gap-1 text-secondary">
            {dead.map((one, index) => (
              <li key={index} className="min-w-0 break-words text-ink-2">
                {one.text || one.target}
                <span className="block text-ink-3">
                  {one.target} · {t(`broken.${one.problem}`)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Field label={t('articles.collection')}>
        {(control) => (
          <Select {...control} disabled={!mayWrite} value={article.collection_id ?? ''} onChange={(event) => patch({ collection_id: event.target.value === '' ? null : Number(event.target.value) })}>
            <option value="">{t('articles.noCollection')}</option>
            {shelves(collections).map(({ collection, depth }) => (
              <option key={collection.id} value={collection.id}>
                {depth === 1 ? '– ' : ''}
                {collectionName(collection, [language, ...centre.languages])}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('articles.visibility')} hint={t(`visibility.${article.visibility}Hint`)}>
        {(control) => (
          <Select {...control} disabled={!mayWrite} value={article.visibility} onChange={(event) => patch({ visibility: event.target.value as Visibility, ...(event.target.value === 'segment' && !article.condition ? { condition: FIRST_SEGMENT } : {}) })}>
            {(['public', 'internal', 'segment'] as const).map((one) => (
              <option key={one} value={one}>
                {t(`visibility.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {article.visibility === 'segment' && <Audience condition={article.condition} disabled={!mayWrite} onSave={(condition) => patch({ condition })} />}
      <Field label={t('editor.slug')} hint={t('side.slugHint')}>
        {(control) => <SlugInput control={control} slug={text.fields.slug} disabled={!mayWrite} onSlug={(slug) => text.change({ slug })} />}
      </Field>
      <Keywords keywords={text.fields.keywords} lang={language} disabled={!mayWrite} onChange={(keywords) => text.change({ keywords })} />
      <Related article={article} centre={centre} language={language} disabled={!mayWrite} onChange={(related) => patch({ related })} />
      {Object.keys(article.texts).length > 1 && (
        <Field label={t('side.source')} hint={t('side.sourceHint')}>
          {(control) => (
            <Select {...control} disabled={!mayWrite} value={article.source_language} onChange={(event) => patch({ source_language: event.target.value })}>
              {Object.keys(article.texts).map((tag) => (
                <option key={tag} value={tag}>
                  {languageName(tag, ui)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Origin article={article} />
      {saved && (
        <p className="text-secondary text-ink-3">
          {saved.live_at && <span className="block">{t('side.live', { when: moment(saved.live_at, now, ui) })}</span>}
          <span className="block">{t('side.changed', { when: moment(saved.updated_at, now, ui), name: saved.updated_by === null ? '' : (agent(saved.updated_by)?.name ?? '') })}</span>
        </p>
      )}
    </aside>
  )
}

function Note({ tone, title, text, children }: { tone: 'stale' | 'review'; title: string; text: string; children?: React.ReactNode }) {
  return (
    <section className={`rounded-card px-3 py-2.5 ${tone === 'stale' ? 'bg-note' : 'bg-accent-soft'}`}>
      <p className="flex items-start gap-2 font-medium">
        {tone === 'stale' && <TriangleAlert size={16} className="mt-0.5 shrink-0 text-note-ink" aria-hidden />}
        {title}
      </p>
      {text && <p className="mt-0.5 text-secondary text-ink-2">{text}</p>}
      {children && <div className="mt-2">{children}</div>}
    </section>
  )
}

/** Sent when the field is left: half a slug is an address too. */
function SlugInput({ control, slug, disabled, onSlug }: { control: object; slug: string; disabled: boolean; onSlug: (slug: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <Input
      {...control}
      disabled={disabled}
      value={typed ?? slug}
      maxLength={120}
      spellCheck={false}
      onChange={(event) => setTyped(event.target.value.replace(/[\s/?#%\\]+/g, '-'))}
      onBlur={() => {
        if (typed !== null && typed !== '' && typed !== slug) onSlug(typed)
        setTyped(null)
      }}
    />
  )
}

function Keywords({ keywords, lang, disabled, onChange }: { keywords: string[]; lang: string; disabled: boolean; onChange: (keywords: string[]) => void }) {
  const t = useT()
  const [typed, setTyped] = useState('')
  const add = () => {
    const fresh = typed.split(',').map((one) => one.trim().slice(0, 80)).filter((one) => one !== '' && !keywords.includes(one))
    if (fresh.length > 0) onChange([...keywords, ...fresh].slice(0, 50))
    setTyped('')
  }
  return (
    <Field label={t('editor.keywords')} hint={t('side.keywordsHint')}>
      {(control) => (
        <>
          {keywords.length > 0 && (
            <ul className="flex flex-wrap gap-1" aria-label={t('editor.keywords')}>
              {keywords.map((one) => (
                <li key={one}>
                  <Chip onRemove={disabled ? undefined : () => onChange(keywords.filter((other) => other !== one))} removeLabel={t('side.removeKeyword', { word: one })}>
                    {one}
                  </Chip>
                </li>
              ))}
            </ul>
          )}
          <Input
            {...control}
            lang={lang}
            disabled={disabled}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== ',')) return
              event.preventDefault()
              add()
            }}
          />
        </>
      )}
    </Field>
  )
}

function Origin({ article }: { article: Article }) {
  const t = useT()
  const { origin } = article
  if (!origin) return null
  if (origin.type === 'conversation') {
    const id = String(origin.id ?? origin.conversation_id ?? '')
    return (
      <p className="text-secondary text-ink-3">
        {t('side.fromConversation')}{' '}
        <a href={href({ page: 'inbox', conversation: id })}>{t('side.openConversation')}</a>
      </p>
    )
  }
  if (Array.isArray(origin.queries)) {
    return (
      <div className="text-secondary text-ink-3">
        <p>{t('side.fromSearches')}</p>
        <ul className="mt-0.5 list-inside list-disc">
          {(origin.queries as string[]).slice(0, 8).map((query) => (
            <li key={query} className="truncate text-ink-2">
              {query}
            </li>
          ))}
        </ul>
      </div>
    )
  }
  return null
}
