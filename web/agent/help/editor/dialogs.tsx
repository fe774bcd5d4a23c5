import type { Editor as Core } from '@tiptap/react'
import { type FormEvent, useState } from 'react'
import { useT } from '../../app/i18n'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field, Input } from '../../ui/Field'
import { ArticleSearch } from '../ArticleSearch'
import { isLinkAllowed } from '../markdown/extensions'
import type { Centre } from '../types'
import type { Ask } from './tools'

type Props = { asked: Ask | null; core: Core; centre: Centre; language: string; onClose: () => void }

/** What a link, a picture and a film need to be told. */
export function EditorDialogs({ asked, core, centre, language, onClose }: Props) {
  const t = useT()
  return (
    <>
      <Dialog open={asked === 'link'} onClose={onClose} title={t('block.link')}>
        {asked === 'link' && <LinkForm core={core} centre={centre} language={language} onClose={onClose} />}
      </Dialog>
      <Dialog open={asked === 'picture'} onClose={onClose} title={t('picture.title')}>
        {asked === 'picture' && <PictureForm core={core} onClose={onClose} />}
      </Dialog>
      <Dialog open={asked === 'video'} onClose={onClose} title={t('block.video')}>
        {asked === 'video' && <VideoForm core={core} onClose={onClose} />}
      </Dialog>
    </>
  )
}

function LinkForm({ core, centre, language, onClose }: Omit<Props, 'asked'>) {
  const t = useT()
  const current = core.getAttributes('link').href as string | undefined
  const put = (href: string, title: string) => {
    const chain = core.chain().focus().extendMarkRange('link')
    if (core.state.selection.empty && !current) chain.insertContent({ type: 'text', text: title, marks: [{ type: 'link', attrs: { href } }] }).run()
    else chain.setLink({ href }).run()
    onClose()
  }
  return (
    <div className="flex min-h-0 flex-col px-6 pb-5">
      <ArticleSearch
        centre={centre.id}
        language={language}
        label={t('link.field')}
        placeholder={t('link.placeholder')}
        initial={current && !current.startsWith('article:') ? current : ''}
        onChoose={(article) => put(`article:${article.id}`, article.title)}
        onText={(text) => isLinkAllowed(text) && /^(?:[a-z]+:|\/|#)/i.test(text) && put(text, text)}
      />
      {current && (
        <div className="mt-4 flex justify-end">
          <Button
            variant="danger"
            onClick={() => {
              core.chain().focus().extendMarkRange('link').unsetLink().run()
              onClose()
            }}
          >
            {t('link.remove')}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Who cannot see the picture reads these words. */
function PictureForm({ core, onClose }: { core: Core; onClose: () => void }) {
  const t = useT()
  const attributes = core.getAttributes('image') as { alt?: string; title?: string; width?: number | null }
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const width = Number(form.get('width') ?? 0)
    core
      .chain()
      .focus()
      .updateAttributes('image', { alt: String(form.get('alt') ?? '').trim(), title: String(form.get('caption') ?? '').trim() || null, width: width > 0 ? width : null })
      .run()
    onClose()
  }
  return (
    <form onSubmit={save} className="flex flex-col gap-4 px-6 pb-5">
      <Field label={t('picture.alt')} hint={t('picture.altHint')}>
        {(control) => <Input {...control} name="alt" defaultValue={attributes.alt ?? ''} maxLength={300} />}
      </Field>
      <Field label={t('picture.caption')}>{(control) => <Input {...control} name="caption" defaultValue={attributes.title ?? ''} maxLength={300} />}</Field>
      <Field label={t('picture.width')} hint={t('picture.widthHint')}>
        {(control) => <Input {...control} name="width" type="number" min={16} max={2000} defaultValue={attributes.width ?? ''} className="max-w-32" />}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('picture.later')}</Button>
        <Button type="submit" variant="primary">
          {t('action.save')}
        </Button>
      </div>
    </form>
  )
}

function VideoForm({ core, onClose }: { core: Core; onClose: () => void }) {
  const t = useT()
  const [wrong, setWrong] = useState(false)
  const put = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const src = String(new FormData(event.currentTarget).get('src') ?? '').trim()
    if (!/^(?:https?:\/\/|\/)\S+$/.test(src)) return setWrong(true)
    core.chain().focus().insertContent({ type: 'video', attrs: { src } }).run()
    onClose()
  }
  return (
    <form onSubmit={put} className="flex flex-col gap-4 px-6 pb-5">
      <Field label={t('video.address')} hint={t('video.hint')} error={wrong ? t('video.wrong') : null}>
        {(control) => <Input {...control} name="src" placeholder="https://" maxLength={1000} />}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary">
          {t('video.put')}
        </Button>
      </div>
    </form>
  )
}
