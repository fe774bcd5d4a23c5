import type { Editor as Core } from '@tiptap/react'
import { ChevronDown, Link2, Paperclip, RemoveFormatting } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useT } from '../app/i18n'
import { runCommand } from '../commands/registry'
import { type Insertable, InsertArticle } from '../help/InsertArticle'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Input } from '../ui/Field'
import { CommandItem, Menu } from '../ui/Menu'
import { Tip } from '../ui/Tip'
import { FormatBar } from './Editor'
import { EmojiPicker } from './EmojiPicker'

type Props = {
  isNote: boolean
  core: Core | null
  plain: boolean
  onPlain: (plain: boolean) => void
  onFiles: (files: File[]) => void
  /** Only in a chat. */
  onEmoji: ((emoji: string) => void) | null
  onArticle: (article: Insertable) => void
  /** What else can write. */
  help?: ReactNode
  ready: boolean
  busy: boolean
}

export function ComposerFoot({ isNote, core, plain, onPlain, onFiles, onEmoji, onArticle, help, ready, busy }: Props) {
  const t = useT()
  const chooser = useRef<HTMLInputElement>(null)
  const [linking, setLinking] = useState(false)
  return (
    <footer className="flex shrink-0 items-center gap-1 px-3 pt-1 pb-3">
      {!isNote && (
        <>
          <IconButton label={t('compose.attach')} onClick={() => chooser.current?.click()}>
            <Paperclip size={15} aria-hidden />
          </IconButton>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t('compose.attach')}
            onChange={(event) => {
              onFiles([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          {onEmoji ? (
            <EmojiPicker onPick={onEmoji} />
          ) : (
            <IconButton label={t('compose.plain')} aria-pressed={plain} onClick={() => onPlain(!plain)}>
              <RemoveFormatting size={15} aria-hidden />
            </IconButton>
          )}
          {core && !core.isDestroyed && !plain && <FormatBar editor={core} onLink={() => setLinking(true)} />}
        </>
      )}
      <InsertArticle ready={(core !== null && !core.isDestroyed) || plain || onEmoji !== null} onInsert={onArticle} />
      {help}
      <span className="grow" />
      {isNote ? (
        <Tip label={t('compose.addNote')} keys="ctrl+enter" side="top">
          <Button variant="primary" disabled={!ready} busy={busy} onClick={() => runCommand('compose.send')}>
            {t('compose.addNote')}
          </Button>
        </Tip>
      ) : (
        <div className="flex">
          <Tip label={t('command.send')} keys={onEmoji ? 'enter' : 'ctrl+enter'} side="top">
            <Button variant="primary" disabled={!ready} busy={busy} onClick={() => runCommand('compose.send')} className="rounded-r-none!">
              {t('command.send')}
            </Button>
          </Tip>
          <Menu
            align="end"
            side="top"
            trigger={
              <Button variant="primary" disabled={!ready} aria-label={t('compose.ways')} className="rounded-l-none! border-l-on-accent/30! px-1.5!">
                <ChevronDown size={14} aria-hidden />
              </Button>
            }
          >
            <CommandItem id="compose.send" />
            <CommandItem id="compose.sendAndKeep" />
            <CommandItem id="compose.sendAndResolve" />
            <CommandItem id="compose.sendLater" />
          </Menu>
        </div>
      )}
      {core && <LinkDialog open={linking} core={core} onClose={() => setLinking(false)} />}
    </footer>
  )
}

function LinkDialog({ open, core, onClose }: { open: boolean; core: Core; onClose: () => void }) {
  const t = useT()
  const apply = (form: FormData) => {
    const address = String(form.get('address')).trim()
    const href = /^(https?:|mailto:)/.test(address) ? address : `https://${address}`
    onClose()
    const chain = core.chain().focus().extendMarkRange('link')
    if (!address) chain.unsetLink().run()
    else if (core.state.selection.empty && !core.isActive('link')) {
      chain.insertContent({ type: 'text', text: address, marks: [{ type: 'link', attrs: { href } }] }).run()
    } else chain.setLink({ href }).run()
  }
  return (
    <Dialog open={open} onClose={onClose} title={t('format.link')}>
      <form action={apply} className="flex flex-col gap-4 px-6 pb-6">
        <Field label={t('format.address')}>
          {(control) => <Input {...control} name="address" defaultValue={(core.getAttributes('link').href as string | undefined) ?? ''} placeholder="https://" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button variant="plain" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" variant="primary">
            <Link2 size={16} aria-hidden />
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
