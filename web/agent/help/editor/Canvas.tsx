import { Extension } from '@tiptap/core'
import { type Editor as Core, EditorContent, useEditor } from '@tiptap/react'
import { Placeholder } from '@tiptap/extensions'
import { useEffect, useMemo, useRef } from 'react'
import '../article.css'
import { api } from '../../api/client'
import { type Translate, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { notify } from '../../ui/toasts'
import { EXTENSIONS } from '../markdown/extensions'
import { CALLOUTS, type CalloutKind } from '../markdown/nodes'
import { parse } from '../markdown/parse'
import { cleanPaste, hasWords } from '../markdown/paste'
import { serialize } from '../markdown/serialize'
import type { HelpFile } from '../types'
import { SlashMenu, slashMenu, type SlashState } from './slash'

type Props = {
  body: string
  label: string
  lang: string
  centre: number
  editable: boolean
  onBody: (markdown: string) => void
  onCore: (core: Core) => void
  /** A picture was put in and waits for its words. */
  onPicture: () => void
  slash: SlashState | null
  onSlash: (state: SlashState | null) => void
}

/** The text of an article as it will look; underneath it is Markdown. */
export function Canvas(props: Props) {
  const t = useT()
  const say = useProblemText()
  const latest = useRef(props)
  latest.current = props
  const words = useRef(t)
  words.current = t
  /** What the field says now, so that our own change does not fill it again. */
  const written = useRef(props.body)
  const extensions = useMemo(
    () => [
      ...EXTENSIONS.map((one) => (one.name === 'callout' ? one.configure({ names: calloutNames(words.current) }) : one)),
      Placeholder.configure({ placeholder: ({ node }) => (node.type.name === 'paragraph' ? words.current('editor.placeholder') : '') }),
      slashMenu((state) => latest.current.onSlash(state)),
      LeaveBlock,
    ],
    [],
  )
  const editor = useEditor({
    injectCSS: false,
    extensions,
    content: parse(props.body),
    editable: props.editable,
    editorProps: {
      attributes: { 'aria-label': props.label, role: 'textbox', 'aria-multiline': 'true', lang: props.lang, class: 'article-text' },
      transformPastedHTML: (html) => cleanPaste(html),
      handlePaste: (_view, event) => !hasWords(event.clipboardData?.getData('text/html') ?? '') && take(event.clipboardData?.files),
      handleDrop: (view, event) => {
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY })
        return take(event.dataTransfer?.files, at?.pos)
      },
    },
    onUpdate: ({ editor: current }) => {
      written.current = serialize(current.getJSON())
      latest.current.onBody(written.current)
    },
  })
  const core = useRef(editor)
  core.current = editor

  function take(files: FileList | undefined, at?: number): boolean {
    const pictures = [...(files ?? [])].filter((file) => file.type.startsWith('image/'))
    if (pictures.length === 0) return false
    if (at !== undefined) core.current?.commands.setTextSelection(at)
    for (const file of pictures) void uploadPicture(file, latest.current.centre, core.current, latest.current.onPicture, (error) => notify({ text: say(error).title, tone: 'wrong' }))
    return true
  }

  useEffect(() => {
    if (editor) latest.current.onCore(editor)
  }, [editor])
  useEffect(() => editor?.setEditable(props.editable, false), [editor, props.editable])
  useEffect(() => {
    if (!editor || props.body === written.current) return
    written.current = props.body
    editor.commands.setContent(parse(props.body), { emitUpdate: false })
  }, [editor, props.body])
  return (
    <>
      <EditorContent editor={editor} className="article-field" />
      {props.slash && <SlashMenu state={props.slash} />}
    </>
  )
}

/** Ctrl-Enter goes on below a table, a callout, a list or code, wherever in it one is. */
const LeaveBlock = Extension.create({
  name: 'leaveBlock',
  addKeyboardShortcuts() {
    return {
      'Mod-Enter': () => {
        const { $from } = this.editor.state.selection
        if ($from.depth === 0) return false
        return this.editor.chain().insertContentAt($from.after(1), { type: 'paragraph' }).focus($from.after(1) + 1).run()
      },
    }
  },
})

/** A callout says what it is in the writer's language; readers get theirs. */
function calloutNames(t: Translate): Record<CalloutKind, string> {
  return Object.fromEntries(CALLOUTS.map((kind) => [kind, t(`block.${kind}`)])) as Record<CalloutKind, string>
}

/** Stores a picture and puts it where the caret is, chosen, so that its words can be asked for. */
export async function uploadPicture(file: File, centre: number, core: Core | null, onDone: () => void, onError: (error: unknown) => void): Promise<void> {
  const form = new FormData()
  form.append('file', file)
  try {
    const stored = await api.upload<HelpFile>(`/api/help/files?centre_id=${centre}`, form)
    if (!core || core.isDestroyed) return
    const at = core.state.selection.from
    core.chain().focus().insertContent({ type: 'image', attrs: { src: stored.url, alt: '' } }).setNodeSelection(at).run()
    onDone()
  } catch (error) {
    onError(error)
  }
}
