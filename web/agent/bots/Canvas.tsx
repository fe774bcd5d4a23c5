import { Background, type Connection, Controls, type Edge, Handle, type Node, type NodeChange, type NodeProps, Position, ReactFlow, ReactFlowProvider, useReactFlow, useUpdateNodeInternals } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { CircleAlert, TriangleAlert } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { usePreference } from '../app/preferences'
import '../map/flow.css'
import './canvas.css'
import { blocksOf, connect, exits, GRID, unreachable, wholeView } from './flow'
import { BLOCK_ICONS } from './icons'
import { portName, summary } from './names'
import type { Block, Flow, FlowProblem, Funnel } from './types'

export type CanvasProps = {
  flow: Flow
  problems: readonly FlowProblem[]
  chosen: string | null
  tried: ReadonlySet<string>
  funnel: Funnel | null
  readOnly: boolean
  onChoose: (id: string | null) => void
  onChange: (change: (flow: Flow) => Flow) => void
  onRemove: (id: string) => void
}
type Data = { block: Block; language: string; problem: FlowProblem | null; chosen: boolean; lone: boolean; tried: boolean; count: string | null; onChoose: (id: string) => void }
type BotNode = Node<Data, 'block'>

const NODE_TYPES = { block: BlockCard }

/** The flow as cards and lines: drag a card, draw a line from a way out to a card, press to edit. */
export default function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  )
}

function Picture({ flow, problems, chosen, tried, funnel, readOnly, onChoose, onChange, onRemove }: CanvasProps) {
  const t = useT()
  const language = useLanguage()
  const [theme] = usePreference('theme')
  const number = useMemo(() => new Intl.NumberFormat(locale(language)), [language])
  const view = useReactFlow()
  const lone = useMemo(() => unreachable(flow), [flow])
  const nodes = useMemo(
    () =>
      blocksOf(flow).map((block): BotNode => {
        const figures = funnel?.blocks.find((one) => one.block_id === block.id)
        return {
          id: block.id,
          type: 'block',
          position: { x: block.x ?? 0, y: block.y ?? 0 },
          data: {
            block, language: flow.language, chosen: block.id === chosen, lone: lone.has(block.id), tried: tried.has(block.id), onChoose,
            problem: problems.find((one) => one.block_id === block.id && one.level === 'error') ?? problems.find((one) => one.block_id === block.id) ?? null,
            count: figures ? number.format(figures.entered) : null,
          },
          focusable: false,
        }
      }),
    [flow, chosen, lone, tried, funnel, problems, number, onChoose],
  )
  const edges = useMemo(
    () =>
      blocksOf(flow).flatMap((block) =>
        exits(block, flow.language).flatMap(({ port, to }): Edge[] => (to === null ? [] : [{ id: `${block.id}.${port}`, source: block.id, sourceHandle: port, target: to, type: 'smoothstep', focusable: false }])),
      ),
    [flow],
  )
  const move = (changes: NodeChange<BotNode>[]) => {
    const places = new Map(changes.flatMap((one) => (one.type === 'position' && one.position ? [[one.id, one.position] as const] : [])))
    if (places.size > 0) onChange((now) => ({ ...now, blocks: blocksOf(now).map((block) => ({ ...block, ...places.get(block.id) }) as Block) }))
  }
  const join = ({ source, sourceHandle, target }: Connection) => {
    if (sourceHandle) onChange((now) => connect(now, source, sourceHandle, target))
  }
  const frame = useRef<HTMLDivElement>(null)
  const begin = useRef(flow)
  // Once; what is edited afterwards stays where it is.
  useEffect(() => {
    if (frame.current) void view.setViewport(wholeView(begin.current, frame.current.clientWidth, frame.current.clientHeight))
  }, [view])
  return (
    <div ref={frame} className="bot-canvas min-h-0 grow" data-flow>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={readOnly ? undefined : move}
        onConnect={readOnly ? undefined : join}
        onEdgesDelete={(gone) => gone.forEach((edge) => edge.sourceHandle && onChange((now) => connect(now, edge.source, edge.sourceHandle!, null)))}
        onNodesDelete={(gone) => gone.forEach((node) => onRemove(node.id))}
        onPaneClick={() => onChoose(null)}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        deleteKeyCode={readOnly ? null : ['Delete']}
        colorMode={theme === 'dark' || theme === 'light' ? theme : 'system'}
        snapToGrid
        snapGrid={[GRID, GRID]}
        minZoom={0.2}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        aria-label={t('bots.canvas')}
      >
        <Background gap={GRID} color="var(--line)" />
        <Controls showInteractive={false} aria-label={t('bots.zoom')} />
      </ReactFlow>
    </div>
  )
}

function BlockCard({ id, data }: NodeProps<BotNode>) {
  const t = useT()
  const update = useUpdateNodeInternals()
  const { block, language, problem } = data
  const Icon = BLOCK_ICONS[block.type]
  const ways = exits(block, language)
  const ports = ways.map((way) => way.port).join()
  useEffect(() => {
    update(id)
  }, [id, ports, update])
  return (
    <div className="bot-block" data-chosen={data.chosen} data-wrong={problem?.level} data-lone={data.lone} data-tried={data.tried}>
      {block.type !== 'start' && <Handle type="target" position={Position.Top} className="bot-in" />}
      <button type="button" onClick={() => data.onChoose(block.id)} className="block min-h-12 w-full px-3 pt-2 pb-1.5 text-left">
        <span className="flex items-center gap-1.5 text-secondary font-medium text-ink-2">
          <Icon size={14} strokeWidth={2} aria-hidden className="shrink-0" />
          <span className="min-w-0 grow truncate">{t(`bots.block.${block.type}`)}</span>
          {data.count !== null && (
            <span className="tabular text-ink-3" title={t('bots.entered')}>
              {data.count}
            </span>
          )}
          {problem && (
            <span title={problem.message} className={problem.level === 'error' ? 'text-wrong' : 'text-heat-3'}>
              {problem.level === 'error' ? <CircleAlert size={14} aria-label={problem.message} /> : <TriangleAlert size={14} aria-label={problem.message} />}
            </span>
          )}
        </span>
        <span className="mt-0.5 line-clamp-2 break-words">{summary(block, t, language)}</span>
      </button>
      {ways.map(({ port, label, to }) => (
        <div key={port} className="relative border-t border-line px-3 py-1 text-right text-[12px] text-ink-3">
          <span className={`block truncate ${to === null ? 'pr-0.5 italic' : ''}`}>{portName(block, port, label, t)}</span>
          <Handle type="source" id={port} position={Position.Right} />
        </div>
      ))}
    </div>
  )
}
