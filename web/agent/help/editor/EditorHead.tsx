import { Archive, ArrowLeft, Check, ChevronDown, CircleAlert, ExternalLink, LoaderCircle, PanelRight, Send, Undo2, UserCheck } from 'lucide-react'
import { useState } from 'react'
import { moment } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useEditors } from '../../app/live'
import { useDirectory, useMe } from '../../app/me'
import { useNow } from '../../app/useNow'
import { runCommand } from '../../commands/registry'
import { Button, CommandButton, IconButton } from '../../ui/Button'
import { Checkbox, Field, Select, TextArea } from '../../ui/Field'
import { Dialog } from '../../ui/Dialog'
import { Menu, MenuItem, MenuLine } from '../../ui/Menu'
import { Tip } from '../../ui/Tip'
import { standing, STANDING, StandingMark } from '../Badge'
import { languageName } from '../names'
import { Writers } from '../Writers'
import { publicAddress } from './address'
import type { Article, Centre } from '../types'
import type { Mode } from './TextEditor'
import type { Publishing } from './usePublishing'
import type { useText } from './useText'

type Props = {
  article: Article
  centre: Centre
  text: ReturnType<typeof useText>
  mode: Mode
  publishing: Publishing
  side: boolean
  onSide: (() => void) | null
  language: string
}

/** Where one is, whether it is saved, who else wrote here just now, and the one next step: publish. */
export function EditorHead({ article, centre, language, text, mode, publishing, side, onSide }: Props) {
  const t = useT()
  const ui = useLanguage()
  const state = article.languages.find((one) => one.language === language)
  const [reviewing, setReviewing] = useState<'ask' | 'return' | null>(null)
  const [fresh, setFresh] = useState(false)
  const of = state ? standing(state) : 'draft'
  const isReview = state?.state === 'review'
  /** Readers see exactly this. */
  const isDone = state?.live === true && !state.changed && !isReview && !fresh && text.saving === 'saved'
  const address = state?.live ? publicAddress(centre, language, article.texts[language]?.live_slug ?? state.slug) : null
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-1 max-[719px]:flex-wrap">
      <IconButton label={t('editor.back')} onClick={() => runCommand('articles.close')}>
        <ArrowLeft size={16} aria-hidden />
      </IconButton>
      <span className="inline-flex shrink-0 items-center gap-1.5 text-secondary font-medium text-ink-2">
        <StandingMark of={of} />
        {t(STANDING[of])}
      </span>
      <SavingState text={text} />
      <Elsewhere article={article} language={language} />
      <span className="grow" />
      <span className="flex items-center">
        <CommandButton id="articles.compare" pressed={mode === 'compare'} />
        <CommandButton id="articles.source" pressed={mode === 'source'} />
        <CommandButton id="articles.history" pressed={mode === 'history'} />
        <CommandButton id="articles.preview" pressed={mode === 'preview'} />
        {address && (
          <Tip label={t('editor.open')}>
            <a href={address} target="_blank" rel="noreferrer" aria-label={t('editor.open')} className="target inline-flex items-center justify-center rounded-control text-ink-2 hover:bg-hover hover:text-ink">
              <ExternalLink size={16} aria-hidden />
            </a>
          </Tip>
        )}
        {onSide && (
          <IconButton label={t('editor.details')} aria-pressed={side} onClick={onSide}>
            <PanelRight size={16} aria-hidden />
          </IconButton>
        )}
      </span>
      {publishing.mayPublish && state?.stale && <Checkbox label={t('editor.upToDate')} checked={fresh} onChange={(event) => setFresh(event.target.checked)} className="text-secondary" />}
      <span className="flex">
        {publishing.mayPublish ? (
          <Tip label={t('command.publish')} keys="ctrl+shift+p">
            <Button variant="primary" busy={publishing.busy} disabled={isDone} onClick={() => void publishing.publish(fresh)} className="rounded-r-none!">
              {isReview ? <UserCheck size={16} aria-hidden /> : <Send size={16} aria-hidden />}
              {t(isReview ? 'editor.approve' : isDone ? 'standing.live' : state?.live ? 'editor.publishAgain' : 'editor.publish')}
            </Button>
          </Tip>
        ) : (
          <Button variant="primary" busy={publishing.busy} onClick={() => setReviewing('ask')} className="rounded-r-none!">
            <UserCheck size={16} aria-hidden />
            {t('editor.askReview')}
          </Button>
        )}
        <Menu
          align="end"
          trigger={
            <Button variant="primary" aria-label={t('editor.more')} className="rounded-l-none! border-l-on-accent/30! px-2!">
              <ChevronDown size={16} aria-hidden />
            </Button>
          }
        >
          {publishing.mayPublish && state?.stale && <MenuItem icon={Check} label={t('editor.publishFresh', { language: languageName(article.source_language, ui) })} onSelect={() => void publishing.publish(true)} />}
          <MenuItem icon={UserCheck} label={t('editor.askReview')} onSelect={() => setReviewing('ask')} />
          {isReview && <MenuItem icon={Undo2} label={t('editor.sendBack')} onSelect={() => setReviewing('return')} />}
          {publishing.mayPublish && state && state.state !== 'archived' && (
            <>
              <MenuLine />
              <MenuItem icon={Archive} label={t(state.live ? 'editor.unpublish' : 'editor.archive')} onSelect={() => void publishing.archive()} />
            </>
          )}
        </Menu>
      </span>
      {reviewing && <ReviewDialog kind={reviewing} publishing={publishing} onClose={() => setReviewing(null)} />}
    </header>
  )
}

function SavingState({ text }: { text: Props['text'] }) {
  const t = useT()
  const look = 'inline-flex shrink-0 items-center gap-1.5 text-secondary'
  return (
    <span role="status" aria-live="polite">
      {text.saving === 'failed' ? (
        <span className={`${look} text-wrong`}>
          <CircleAlert size={14} aria-hidden />
          {t(text.conflict ? 'editor.conflict' : 'editor.notSaved')}
        </span>
      ) : (
        <span className={`${look} text-ink-3`}>
          {text.saving === 'saved' ? <Check size={14} aria-hidden /> : <LoaderCircle size={14} aria-hidden />}
          {t(text.saving === 'saved' ? 'editor.saved' : 'editor.saving')}
        </span>
      )}
    </span>
  )
}

const JUST_NOW_MS = 3 * 60_000

/** Who else has the article open; else whose words were saved here in the last minutes. */
function Elsewhere({ article, language }: { article: Article; language: string }) {
  const t = useT()
  const ui = useLanguage()
  const now = useNow()
  const me = useMe()
  const { agent } = useDirectory()
  const editors = useEditors(article.id)
  const text = article.texts[language]
  if (editors.length > 0) return <Writers articleId={article.id} withNames />
  if (!text || text.updated_by === null || text.updated_by === me.agent.id || now - new Date(text.updated_at).getTime() > JUST_NOW_MS) return null
  return (
    <span className="min-w-0 truncate text-secondary text-note-ink">
      {t('editor.elsewhere', { name: agent(text.updated_by)?.name ?? '', ago: moment(text.updated_at, now, ui) })}
    </span>
  )
}

function ReviewDialog({ kind, publishing, onClose }: { kind: 'ask' | 'return'; publishing: Publishing; onClose: () => void }) {
  const t = useT()
  const { agents } = useDirectory()
  const send = (form: FormData) => {
    const note = String(form.get('note') ?? '').trim()
    const reviewer = Number(form.get('reviewer') ?? 0)
    void (kind === 'ask' ? publishing.askReview(reviewer || null, note) : publishing.sendBack(note)).then((done) => done && onClose())
  }
  return (
    <Dialog open onClose={onClose} title={t(kind === 'ask' ? 'editor.askReview' : 'editor.sendBack')}>
      <form action={send} className="flex flex-col gap-4 px-6 pb-5">
        {kind === 'ask' && (
          <Field label={t('editor.reviewer')}>
            {(control) => (
              <Select {...control} name="reviewer" defaultValue="">
                <option value="">{t('editor.anybody')}</option>
                {agents
                  .filter((one) => !one.disabled_at)
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        )}
        <Field label={t('editor.reviewNote')}>{(control) => <TextArea {...control} name="note" rows={3} maxLength={2000} />}</Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" variant="primary" busy={publishing.busy}>
            {t(kind === 'ask' ? 'editor.askReview' : 'editor.sendBack')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
