import { Placeholder } from '@tiptap/extensions'
import { Mention } from '@tiptap/extension-mention'
import { type Editor as Core, EditorContent, useEditor, useEditorState } from '@tiptap/react'
import { StarterKit } from '@tiptap/starter-kit'
import { Bold, Code, Italic, Link2, List, ListOrdered, type LucideIcon, Strikethrough, TextQuote } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { type Key, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { IconButton } from '../ui/Button'
import { MarkBlanks } from '../suggestions/blanks'
import { MentionList, type MentionState, mentionSuggestion } from './mentions'

export type Written = { html: string; text: string; mentions: number[]; isEmpty: boolean }

type Props = {
  initial: string
  placeholder: string
  label: string
  withMentions: boolean
  onChange: (written: Written) => void
  onFiles: (files: File[]) => void
  onReady: (editor: Core) => void
  mentionState: MentionState | null
  onMention: (state: MentionState | null) => void
}

/** The rich-text field. Pasted and dropped files become attachments, not pictures in the text. */
export function Editor(props: Props) {
  const latest = useRef(props)
  latest.current = props
  const { agents } = useDirectory()
  const people = useRef(agents)
  people.current = agents
  const takeFiles = (list: FileList | undefined) => {
    const files = [...(list ?? [])]
    if (files.length > 0) latest.current.onFiles(files)
    return files.length > 0
  }
  const editor = useEditor({
    injectCSS: false,
    extensions: [
      StarterKit.configure({ heading: false, horizontalRule: false, link: { openOnClick: false, autolink: true, defaultProtocol: 'https' } }),
      MarkBlanks,
      Placeholder.configure({ placeholder: () => latest.current.placeholder }),
      ...(props.withMentions
        ? [
            Mention.configure({
              renderText: ({ node }) => `@${node.attrs.label as string}`,
              suggestion: mentionSuggestion(() => people.current, (state) => latest.current.onMention(state)),
            }),
          ]
        : []),
    ],
    content: props.initial,
    editorProps: {
      attributes: { 'aria-label': props.label, role: 'textbox', 'aria-multiline': 'true' },
      handlePaste: (_view, event) => takeFiles(event.clipboardData?.files),
      handleDrop: (_view, event) => takeFiles(event.dataTransfer?.files),
    },
    onUpdate: ({ editor: current }) => latest.current.onChange(read(current)),
  })
  useEffect(() => {
    if (editor) latest.current.onReady(editor)
  }, [editor])
  return (
    <>
      <EditorContent editor={editor} className="composer-text min-h-0 grow overflow-y-auto px-4 py-2" />
      {props.mentionState && <MentionList state={props.mentionState} />}
    </>
  )
}

function read(editor: Core): Written {
  const mentions: number[] = []
  editor.state.doc.descendants((node) => {
    if (node.type.name === 'mention') mentions.push(Number(node.attrs.id))
  })
  return { html: editor.getHTML(), text: editor.getText({ blockSeparator: '\n' }).trim(), mentions: [...new Set(mentions)], isEmpty: editor.isEmpty }
}

type Tool = { key: Key; icon: LucideIcon; name: string; run: (editor: Core) => void }

const TOOLS: readonly Tool[] = [
  { key: 'format.bold', icon: Bold, name: 'bold', run: (editor) => editor.chain().focus().toggleBold().run() },
  { key: 'format.italic', icon: Italic, name: 'italic', run: (editor) => editor.chain().focus().toggleItalic().run() },
  { key: 'format.strike', icon: Strikethrough, name: 'strike', run: (editor) => editor.chain().focus().toggleStrike().run() },
  { key: 'format.list', icon: List, name: 'bulletList', run: (editor) => editor.chain().focus().toggleBulletList().run() },
  { key: 'format.numbers', icon: ListOrdered, name: 'orderedList', run: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { key: 'format.quote', icon: TextQuote, name: 'blockquote', run: (editor) => editor.chain().focus().toggleBlockquote().run() },
  { key: 'format.code', icon: Code, name: 'code', run: (editor) => editor.chain().focus().toggleCode().run() },
]

export function FormatBar({ editor, onLink }: { editor: Core; onLink: () => void }) {
  const t = useT()
  const active = useEditorState({
    editor,
    selector: ({ editor: current }) => [...TOOLS.map((tool) => current.isActive(tool.name)), current.isActive('link')],
  })
  return (
    <div role="toolbar" aria-label={t('format.label')} className="flex items-center max-[719px]:hidden">
      {TOOLS.map((tool, index) => (
        <IconButton key={tool.name} label={t(tool.key)} aria-pressed={active[index]} onClick={() => tool.run(editor)}>
          <tool.icon size={15} aria-hidden />
        </IconButton>
      ))}
      <IconButton label={t('format.link')} aria-pressed={active.at(-1)} onClick={onLink}>
        <Link2 size={15} aria-hidden />
      </IconButton>
    </div>
  )
}
