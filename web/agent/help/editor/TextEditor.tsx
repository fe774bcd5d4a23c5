import type { Editor as Core } from '@tiptap/react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useLanguage, useT } from '../../app/i18n'
import { useEditing } from '../../app/live'
import { useProblemText } from '../../app/problems'
import { navigate } from '../../app/router'
import { useMedia } from '../../app/useMedia'
import { useCommands } from '../../commands/registry'
import { ErrorNote } from '../../ui/Notice'
import { notify } from '../../ui/toasts'
import { isFaithful } from '../markdown/parse'
import { languageName } from '../names'
import { brokenQuery } from '../queries'
import type { Article, Centre } from '../types'
import { openArticle } from '../useNewArticle'
import { Canvas, uploadPicture } from './Canvas'
import { Compare } from './Compare'
import { Conflict } from './Conflict'
import { EditorDialogs } from './dialogs'
import { EditorHead } from './EditorHead'
import { Helper } from './Helper'
import { History } from './History'
import { LanguageTabs } from './LanguageTabs'
import { Preview } from './Preview'
import { Side } from './Side'
import type { SlashState } from './slash'
import { Toolbar } from './Toolbar'
import { type Ask, whenAsked } from './tools'
import { usePublishing } from './usePublishing'
import { useText } from './useText'

export type Mode = 'write' | 'source' | 'compare' | 'preview' | 'history'

/** One language of an article: written, compared, looked at, published. */
export function TextEditor({ article, centre, language }: { article: Article; centre: Centre; language: string }) {
  const t = useT()
  const say = useProblemText()
  const ui = useLanguage()
  const text = useText(article, language)
  const { fields } = text
  const [mode, setMode] = useState<Mode>('write')
  const [core, setCore] = useState<Core | null>(null)
  const [slash, setSlash] = useState<SlashState | null>(null)
  const [asked, setAsked] = useState<Ask | null>(null)
  const [side, setSide] = useState(false)
  const chooser = useRef<HTMLInputElement>(null)
  const isNarrow = useMedia('(max-width: 1099px)')
  const mayWrite = article.can.includes('write')
  useEditing(article.id, language, mayWrite)
  const publishing = usePublishing(article, language, text.flush)
  const saved = article.texts[language]
  const isSource = language === article.source_language
  const source = article.texts[article.source_language]
  const isNew = saved === undefined && fields.body === '' && fields.title === ''
  /** What the editor would change is edited as Markdown, so that nothing of it is lost. */
  const fits = useMemo(() => isFaithful(fields.body), [text.generation]) // oxlint-disable-line react/exhaustive-deps -- looked at when a text comes in, not at each key
  const shownMode: Mode = mode === 'write' && !fits ? 'source' : mode
  const broken = useQuery(brokenQuery(centre.id)).data?.filter((one) => one.article_id === article.id && one.language === language) ?? []

  const toggle = (one: Mode) => () => setMode((old) => (old === one ? 'write' : one))
  useCommands({
    'articles.save': mayWrite && (() => void text.flush().then((done) => done && notify({ text: t('state.saved'), seconds: 3 }))),
    'articles.publish': publishing.mayPublish && (() => void publishing.publish(false)),
    'articles.preview': !isNew && (() => void text.flush().then(() => toggle('preview')())),
    'articles.source': fits && toggle('source'),
    'articles.compare': !isSource && source !== undefined && toggle('compare'),
    'articles.history': saved?.live_version !== undefined && toggle('history'),
    'articles.link': mayWrite && core !== null && (() => setAsked('link')),
    'articles.close': () => navigate({ page: 'articles', section: 'list', item: null }, { search: '' }),
  })
  useEffect(
    () =>
      whenAsked((what) => {
        if (what === 'file') chooser.current?.click()
        else setAsked(what)
      }),
    [],
  )
  useEffect(() => {
    document.title = `${fields.title || t('articles.untitled')} · Hark`
  }, [fields.title, t])

  const copySource = () => {
    if (!source) return
    text.replace({ title: source.title, summary: source.summary, body: source.body, keywords: source.keywords }, source.live_version ?? undefined)
  }
  const canvas = (
    <Canvas
      body={fields.body}
      label={t('editor.body')}
      lang={language}
      centre={centre.id}
      editable={mayWrite}
      onBody={(body) => text.change({ body })}
      onCore={setCore}
      onPicture={() => setAsked('picture')}
      slash={slash}
      onSlash={setSlash}
    />
  )
  const isReading = shownMode === 'preview' || shownMode === 'history'
  return (
    <main className="flex min-h-0 min-w-0 grow flex-col bg-paper">
      <EditorHead article={article} centre={centre} language={language} text={text} mode={shownMode} publishing={publishing} side={side} onSide={isNarrow ? () => setSide(!side) : null} />
      <LanguageTabs article={article} centre={centre} language={language} onChoose={(tag) => void text.flush().then(() => openArticle(article.id, tag))} />
      {text.problem !== null && <ErrorNote {...say(text.problem)} onRetry={() => void text.flush()} className="mx-6 mt-2" />}
      {text.conflict && <Conflict theirs={text.conflict} mine={fields} onTheirs={() => text.adopt(text.conflict!)} onMine={() => text.settle(text.conflict!, fields)} onBoth={(body) => text.settle(text.conflict!, { ...fields, body })} />}
      <div className="flex min-h-0 grow">
        <div className="flex min-h-0 min-w-0 grow flex-col">
          {!isReading && core && !core.isDestroyed && mayWrite && fits && (
            <div className="shrink-0 border-b border-line px-4 py-1 max-[719px]:px-2">
              <Toolbar core={core} />
            </div>
          )}
          {shownMode === 'preview' && <Preview article={article} language={language} fields={fields} />}
          {shownMode === 'history' && <History article={article} language={language} text={text} onClose={() => setMode('write')} />}
          <div className={`min-h-0 grow ${isReading ? 'hidden' : 'flex'}`}>
            {shownMode === 'compare' && source && <Compare article={article} centre={centre} language={language} />}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
            <div tabIndex={0} role="group" aria-label={t('editor.text', { language: languageName(language, ui) })} className={`min-h-0 min-w-0 grow basis-0 overflow-y-auto outline-offset-[-2px] ${!fits || (shownMode === 'source' && isNarrow) ? 'hidden' : ''}`}>
              <div className="mx-auto max-w-[760px] px-8 pt-8 pb-[30vh] max-[719px]:px-4 max-[719px]:pt-5">
                <input
                  value={fields.title}
                  lang={language}
                  readOnly={!mayWrite}
                  maxLength={300}
                  aria-label={t('editor.title')}
                  placeholder={t('editor.titlePlaceholder')}
                  onChange={(event) => text.change({ title: event.target.value })}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
                    event.preventDefault()
                    core?.commands.focus('start')
                  }}
                  className="w-full rounded-control bg-transparent text-[28px] leading-9 font-strong tracking-tight placeholder:text-ink-faint max-[719px]:text-[24px]"
                />
                <textarea
                  value={fields.summary}
                  lang={language}
                  readOnly={!mayWrite}
                  rows={1}
                  maxLength={1000}
                  aria-label={t('editor.summary')}
                  placeholder={t('editor.summaryPlaceholder')}
                  onChange={(event) => text.change({ summary: event.target.value.replace(/\n/g, ' ') })}
                  className="mt-1 field-sizing-content w-full resize-none rounded-control bg-transparent text-thread text-ink-2 placeholder:text-ink-3"
                />
                {isNew && !isSource && source && <Helper source={source} language={article.source_language} onCopy={copySource} onCompare={() => setMode('compare')} />}
                <div className="mt-4">{canvas}</div>
              </div>
            </div>
            {shownMode === 'source' && (
              <SourceField
                body={fields.body}
                lang={language}
                note={fits ? null : t('editor.sourceOnly')}
                readOnly={!mayWrite}
                onBody={(body) => text.change({ body })}
              />
            )}
          </div>
        </div>
        {(!isNarrow || side) && !isReading && (
          <Side article={article} centre={centre} language={language} text={text} broken={broken} publishing={publishing} floating={isNarrow} onClose={() => setSide(false)} />
        )}
      </div>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        aria-label={t('block.image')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void uploadPicture(file, centre.id, core, () => setAsked('picture'), (error) => notify({ text: say(error).title, tone: 'wrong' }))
        }}
      />
      {core && !core.isDestroyed && <EditorDialogs asked={asked} core={core} centre={centre} language={language} onClose={() => setAsked(null)} />}
    </main>
  )
}

function SourceField({ body, lang, note, readOnly, onBody }: { body: string; lang: string; note: string | null; readOnly: boolean; onBody: (body: string) => void }) {
  const t = useT()
  return (
    <div className="flex min-h-0 min-w-0 grow basis-0 flex-col border-l border-line bg-panel">
      <p className="shrink-0 px-4 pt-3 pb-1 text-secondary text-ink-3">{note ?? t('editor.sourceText')}</p>
      <textarea
        value={body}
        lang={lang}
        readOnly={readOnly}
        spellCheck
        aria-label={t('editor.source')}
        onChange={(event) => onBody(event.target.value)}
        className="min-h-0 grow resize-none bg-transparent px-4 pb-6 font-mono text-secondary leading-relaxed outline-offset-[-2px]"
      />
    </div>
  )
}
