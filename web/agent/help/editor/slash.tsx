import { type Editor as Core, Extension, type Range } from '@tiptap/core'
import { Suggestion } from '@tiptap/suggestion'
import { useT } from '../../app/i18n'
import { BLOCKS, type BlockTool } from './tools'

export type SlashState = { items: BlockTool[]; active: number; left: number; top: number; choose: (tool: BlockTool) => void }

/** `/` at the start of a line offers what can stand there. Names come from the toolbar's table, searched in the writer's language. */
export function slashMenu(show: (state: SlashState | null) => void): Extension {
  let state: SlashState | null = null
  const set = (next: SlashState | null) => {
    state = next
    show(next)
  }
  type Shown = { items: BlockTool[]; command: (tool: BlockTool) => void; clientRect?: (() => DOMRect | null) | null }
  const place = ({ items, command, clientRect }: Shown, active: number) => {
    const box = clientRect?.()
    set(box && items.length > 0 ? { items, active, left: box.left, top: box.bottom, choose: command } : null)
  }
  return Extension.create({
    name: 'slashMenu',
    addProseMirrorPlugins() {
      return [
        Suggestion<BlockTool, BlockTool>({
          editor: this.editor,
          char: '/',
          startOfLine: true,
          // A cell of a table holds words only, and code means its slash.
          allow: ({ editor }) => !editor.isActive('table') && !editor.isActive('codeBlock'),
          items: ({ query }) => BLOCKS.filter((tool) => matches(tool, query)),
          command: ({ editor, range, props }: { editor: Core; range: Range; props: BlockTool }) => {
            editor.chain().focus().deleteRange(range).run()
            props.run(editor)
          },
          render: () => ({
            onStart: (props) => place(props, 0),
            onUpdate: (props) => place(props, 0),
            onExit: () => set(null),
            onKeyDown: ({ event }) => {
              if (!state) return false
              if (event.key === 'Escape') {
                set(null)
                return true
              }
              const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
              if (step !== 0) {
                set({ ...state, active: (state.active + step + state.items.length) % state.items.length })
                return true
              }
              const chosen = state.items[state.active]
              if ((event.key === 'Enter' || event.key === 'Tab') && chosen) {
                state.choose(chosen)
                return true
              }
              return false
            },
          }),
        }),
      ]
    },
  })
}

/** Words of all languages are shown by the menu; what is typed is compared with the tool's own short words. */
function matches(tool: BlockTool, query: string): boolean {
  const wanted = query.toLocaleLowerCase()
  return wanted === '' || tool.words.some((word) => word.startsWith(wanted))
}

export function SlashMenu({ state }: { state: SlashState }) {
  const t = useT()
  const below = state.top + 320 < window.innerHeight
  return (
    <ul
      aria-label={t('editor.insert')}
      className={`fixed z-50 max-h-80 min-w-60 overflow-y-auto rounded-card bg-float p-1 shadow-float ${below ? '' : '-translate-y-full'}`}
      style={{ left: Math.max(8, Math.min(state.left, window.innerWidth - 256)), top: below ? state.top + 6 : state.top - 28 }}
    >
      {state.items.map((tool, index) => (
        <li key={tool.key}>
          <button
            type="button"
            tabIndex={-1}
            ref={(element) => {
              if (index === state.active) element?.scrollIntoView({ block: 'nearest' })
            }}
            onMouseDown={(event) => {
              event.preventDefault()
              state.choose(tool)
            }}
            className={`flex min-h-8 w-full items-center gap-2.5 rounded-control px-2 text-left ${index === state.active ? 'bg-hover' : ''}`}
          >
            <tool.icon size={16} className="shrink-0 text-ink-3" aria-hidden />
            {t(tool.key)}
          </button>
        </li>
      ))}
    </ul>
  )
}
