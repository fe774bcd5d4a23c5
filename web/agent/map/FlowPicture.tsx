import { BaseEdge, Controls, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useMemo } from 'react'
import { duration, locale } from '../../shared/time'
import { money } from '../../shared/money'
import { useLanguage, useT } from '../app/i18n'
import { usePreference } from '../app/preferences'
import { sayChange } from '../report/figures'
import { COLUMN, heatOf, placeNodes, ROW } from './layout'
import { changeOf } from './shown'
import type { Shown, ShownEdge } from './types'

type Pressed = (key: string) => void
type NodeData = { node: Shown; heat: number; detail: string; note: string; label: string; onPress: Pressed }
type EdgeData = { edge: ShownEdge; heat: number; width: number; text: string; label: string; isBack: boolean; isLeap: boolean; onPress: Pressed }
type StageNode = Node<NodeData, 'stage'>
type WayEdge = Edge<EdgeData, 'way'>

type Props = {
  nodes: readonly Shown[]
  edges: readonly ShownEdge[]
  layers: ReadonlyMap<string, number>
  currency: string | null
  label: string
  onNode: (node: Shown) => void
  onEdge: (edge: ShownEdge) => void
}

const NODE_TYPES = { stage: Stage }
const EDGE_TYPES = { way: Way }

/** The flow from left to right: width is volume, heat is time or cost. Everything in it can be pressed. */
export default function FlowPicture({ nodes, edges, layers, currency, label, onNode, onEdge }: Props) {
  const t = useT()
  const language = useLanguage()
  const [theme] = usePreference('theme')
  const picture = useMemo(() => {
    const hottest = Math.max(0, ...nodes.map((node) => node.value))
    const hottestEdge = Math.max(0, ...edges.map((edge) => edge.value))
    const busiest = Math.max(1, ...edges.map((edge) => edge.count))
    const number = new Intl.NumberFormat(locale(language))
    const drawn = placeNodes(nodes, edges, layers)
    const places = new Map(drawn.map((place) => [place.key, place]))
    const flowNodes = nodes.map((node): StageNode => {
      const { layer, row } = places.get(node.key)!
      const detail = node.time.count > 0 && node.time.total > 0 ? t('map.median', { time: duration(node.time.median, language) }) : ''
      const change = changeOf(node.time.median, node.before?.time.median)
      const cost = currency && node.cost > 0 ? money(Math.round(node.cost), currency, language) : ''
      const notes = [cost, node.gaveUp ? t('map.gaveUp', { n: number.format(node.gaveUp) }) : '', node.open ? t('map.inside', { n: number.format(node.open) }) : '']
      return {
        id: node.key,
        type: 'stage',
        position: { x: layer * COLUMN, y: row * ROW },
        data: {
          node,
          heat: heatOf(node.value, hottest),
          detail: change === null || !detail ? detail : `${detail} (${sayChange(change, 'count', language)})`,
          note: notes.filter(Boolean).join(' · '),
          label: number.format(node.visits),
          onPress: () => onNode(node),
        },
        draggable: false,
        focusable: false,
        selectable: false,
        width: 188,
        height: 84,
      }
    })
    const flowEdges = edges.map((edge): WayEdge => {
      const isBack = layers.get(edge.target)! <= layers.get(edge.source)!
      const isSelf = edge.source === edge.target
      const isLeap = layers.get(edge.target)! - layers.get(edge.source)! > 1
      return {
        id: `${edge.source}>${edge.target}`,
        type: 'way',
        source: edge.source,
        target: edge.target,
        sourceHandle: isSelf || isLeap ? 'top-out' : isBack ? 'bottom-out' : 'right',
        targetHandle: isSelf || isLeap ? 'top-in' : isBack ? 'bottom-in' : 'left',
        focusable: false,
        selectable: false,
        data: {
          edge,
          heat: heatOf(edge.value, hottestEdge),
          width: 1.25 + 9 * Math.sqrt(edge.count / busiest),
          text: number.format(edge.count),
          label: edge.median > 0 ? duration(edge.median, language) : '',
          isBack,
          isLeap,
          onPress: () => onEdge(edge),
        },
      }
    })
    const rows = drawn.map(({ row }) => row)
    const hasBack = flowEdges.some(({ data }) => data?.isBack)
    const hasLeap = flowEdges.some(({ data }) => data?.isLeap || data?.edge.source === data?.edge.target)
    const above = hasLeap ? 76 : 12
    const below = hasBack ? 124 : 44
    const height = Math.min(640, (Math.max(0, ...rows) - Math.min(0, ...rows) + 0.7) * ROW * 0.85 + above + below)
    return { flowNodes, flowEdges, height, padding: { top: `${above}px`, bottom: `${below}px`, left: '8px', right: '8px' } as const }
  }, [nodes, edges, layers, currency, language, t, onNode, onEdge])

  return (
    <div className="w-full" style={{ height: picture.height }} data-flow>
      <ReactFlow
        key={nodes.map((node) => node.key).join()}
        nodes={picture.flowNodes}
        edges={picture.flowEdges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={theme === 'dark' || theme === 'light' ? theme : 'system'}
        fitView
        fitViewOptions={{ padding: picture.padding, maxZoom: 1.1 }}
        minZoom={0.15}
        maxZoom={2}
        nodesConnectable={false}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        panOnScroll={false}
        proOptions={{ hideAttribution: true }}
        aria-label={label}
      >
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" aria-label={t('map.zoom')} />
      </ReactFlow>
    </div>
  )
}

function Stage({ data }: NodeProps<StageNode>) {
  const { node, heat, detail, note, label, onPress } = data
  return (
    <>
      <Handle type="target" position={Position.Left} id="left" isConnectable={false} />
      <Handle type="target" position={Position.Bottom} id="bottom-in" isConnectable={false} style={{ left: '35%' }} />
      <Handle type="target" position={Position.Top} id="top-in" isConnectable={false} style={{ left: '65%' }} />
      <button type="button" data-heat={heat} data-early={node.isBefore || undefined} onClick={() => onPress(node.key)} className="flow-node nopan">
        <span className="flex items-baseline justify-between gap-2">
          <span className="truncate font-medium">{node.name}</span>
          <span className="tabular shrink-0 text-secondary text-ink-3">{label}</span>
        </span>
        <span className="truncate text-secondary text-ink-2">{detail || '\u00a0'}</span>
        <span className="tabular truncate text-secondary text-ink-2">{note || '\u00a0'}</span>
      </button>
      <Handle type="source" position={Position.Right} id="right" isConnectable={false} />
      <Handle type="source" position={Position.Bottom} id="bottom-out" isConnectable={false} style={{ left: '65%' }} />
      <Handle type="source" position={Position.Top} id="top-out" isConnectable={false} style={{ left: '35%' }} />
    </>
  )
}

function Way(props: EdgeProps<WayEdge>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data } = props
  if (!data) return null
  const [path, x, y] = data.edge.source === data.edge.target ? selfPath(props) : data.isBack ? arc(props, 1) : data.isLeap ? arc(props, -1) : getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition })
  return (
    <>
      <BaseEdge path={path} className="flow-way" data-heat={data.heat} style={{ strokeWidth: data.width }} interactionWidth={24} />
      <EdgeLabelRenderer>
        <button
          type="button"
          data-heat={data.heat}
          className="flow-label nodrag nopan"
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          onClick={() => data.onPress(data.edge.source)}
        >
          <span className="tabular">{data.text}</span>
          {data.label && <span className="tabular text-ink-3">{data.label}</span>}
        </button>
      </EdgeLabelRenderer>
    </>
  )
}

type Ends = { sourceX: number; sourceY: number; targetX: number; targetY: number }

/** Back under the way that led there (`side` 1), or over what is left out (-1). */
function arc({ sourceX, sourceY, targetX, targetY }: Ends, side: 1 | -1): [string, number, number] {
  const depth = side * (44 + 0.1 * Math.abs(sourceX - targetX))
  const bend = (side === 1 ? Math.max(sourceY, targetY) : Math.min(sourceY, targetY)) + depth
  return [`M ${sourceX},${sourceY} C ${sourceX},${bend} ${targetX},${bend} ${targetX},${targetY}`, (sourceX + targetX) / 2, (sourceY + targetY) / 8 + 0.75 * bend]
}

function selfPath({ sourceX, sourceY, targetX }: Ends): [string, number, number] {
  const high = sourceY - 46
  return [`M ${sourceX},${sourceY} C ${sourceX - 30},${high} ${targetX + 30},${high} ${targetX},${sourceY}`, (sourceX + targetX) / 2, sourceY - 34]
}
