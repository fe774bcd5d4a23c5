import { type Editor as Core, useEditorState } from '@tiptap/react'
import { Film, Image, Info, Link2, Redo2, Table, Undo2 } from 'lucide-react'
import { useT } from '../../app/i18n'
import { IconButton } from '../../ui/Button'
import { Menu, MenuItem, MenuLine } from '../../ui/Menu'
import { ask, BLOCKS, type BlockTool, MARKS } from './tools'

const PLAIN = BLOCKS.filter((tool) => ['heading', 'bulletList', 'orderedList', 'blockquote', 'codeBlock'].includes(tool.name))
const CALLOUTS = BLOCKS.filter((tool) => tool.name === 'callout')

/** Everything the text can be, in one line that scrolls on a phone. */
export function Toolbar({ core }: { core: Core }) {
  const t = useT()
  const active = useEditorState({
    editor: core,
    selector: ({ editor }) => ({
      marks: MARKS.map((tool) => editor.isActive(tool.name)),
      plain: PLAIN.map((tool) => editor.isActive(tool.name, tool.attributes)),
      link: editor.isActive('link'),
      callout: editor.isActive('callout'),
      table: editor.isActive('table'),
      undo: editor.can().undo(),
      redo: editor.can().redo(),
    }),
  })
  const block = (tool: BlockTool, pressed: boolean | undefined) => (
    <IconButton key={tool.key} label={t(tool.key)} aria-pressed={pressed} onClick={() => tool.run(core)}>
      <tool.icon size={16} aria-hidden />
    </IconButton>
  )
  return (
    <div role="toolbar" aria-label={t('format.label')} className="flex min-w-0 items-center gap-0.5 overflow-x-auto">
      {PLAIN.slice(0, 2).map((tool, index) => block(tool, active.plain[index]))}
      <Gap />
      {MARKS.map((tool, index) => (
        <IconButton key={tool.key} label={t(tool.key)} keys={tool.keys ? [tool.keys] : undefined} aria-pressed={active.marks[index]} onClick={() => tool.run(core)}>
          <tool.icon size={16} aria-hidden />
        </IconButton>
      ))}
      <IconButton label={t('block.link')} keys={['ctrl+shift+k']} aria-pressed={active.link} onClick={() => ask('link')}>
        <Link2 size={16} aria-hidden />
      </IconButton>
      <Gap />
      {PLAIN.slice(2).map((tool, index) => block(tool, active.plain[index + 2]))}
      <Gap />
      <Menu
        trigger={
          <IconButton label={t('block.callout')} aria-pressed={active.callout}>
            <Info size={16} aria-hidden />
          </IconButton>
        }
      >
        {CALLOUTS.map((tool) => (
          <MenuItem key={tool.key} icon={tool.icon} label={t(tool.key)} checked={core.isActive('callout', tool.attributes)} onSelect={() => tool.run(core)} />
        ))}
        {active.callout && (
          <>
            <MenuLine />
            <MenuItem label={t('block.noCallout')} onSelect={() => core.chain().focus().lift('callout').run()} />
          </>
        )}
      </Menu>
      <TableMenu core={core} inside={active.table} />
      <IconButton label={t('block.image')} onClick={() => ask('file')}>
        <Image size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('block.video')} onClick={() => ask('video')}>
        <Film size={16} aria-hidden />
      </IconButton>
      <Gap />
      <IconButton label={t('action.undo')} keys={['ctrl+z']} disabled={!active.undo} onClick={() => core.chain().focus().undo().run()}>
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('editor.redo')} keys={['ctrl+shift+z']} disabled={!active.redo} onClick={() => core.chain().focus().redo().run()}>
        <Redo2 size={16} aria-hidden />
      </IconButton>
    </div>
  )
}

function Gap() {
  return <span className="mx-1 h-5 w-px shrink-0 bg-line" aria-hidden />
}

function TableMenu({ core, inside }: { core: Core; inside: boolean }) {
  const t = useT()
  const run = (act: (chain: ReturnType<Core['chain']>) => ReturnType<Core['chain']>) => () => act(core.chain().focus()).run()
  if (!inside) {
    return (
      <IconButton label={t('block.table')} onClick={run((chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }))}>
        <Table size={16} aria-hidden />
      </IconButton>
    )
  }
  return (
    <Menu
      trigger={
        <IconButton label={t('block.table')} aria-pressed>
          <Table size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuItem label={t('table.rowBelow')} onSelect={run((chain) => chain.addRowAfter())} />
      <MenuItem label={t('table.rowAbove')} onSelect={run((chain) => chain.addRowBefore())} />
      <MenuItem label={t('table.columnRight')} onSelect={run((chain) => chain.addColumnAfter())} />
      <MenuItem label={t('table.columnLeft')} onSelect={run((chain) => chain.addColumnBefore())} />
      <MenuLine />
      {(['left', 'center', 'right'] as const).map((align) => (
        <MenuItem key={align} label={t(`table.${align}`)} onSelect={() => alignColumn(core, align)} />
      ))}
      <MenuLine />
      <MenuItem label={t('table.dropRow')} onSelect={run((chain) => chain.deleteRow())} />
      <MenuItem label={t('table.dropColumn')} onSelect={run((chain) => chain.deleteColumn())} />
      <MenuItem label={t('table.drop')} onSelect={run((chain) => chain.deleteTable())} />
    </Menu>
  )
}

/** Markdown aligns whole columns: every cell of the column the caret is in. */
function alignColumn(core: Core, align: 'left' | 'center' | 'right'): void {
  const { $from } = core.state.selection
  let depth = $from.depth
  while (depth > 0 && $from.node(depth).type.name !== 'tableRow') depth -= 1
  if (depth < 2) return
  const column = $from.index(depth)
  const table = $from.node(depth - 1)
  const start = $from.start(depth - 1)
  const change = core.state.tr
  table.forEach((row, offset) => {
    let at = start + offset + 1
    row.forEach((cell, _offset, index) => {
      if (index === column) change.setNodeMarkup(at, undefined, { ...cell.attrs, align })
      at += cell.nodeSize
    })
  })
  core.view.dispatch(change)
  core.commands.focus()
}
