import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useT } from '../app/i18n'
import { useMedia } from '../app/useMedia'
import { anyLayers, journeyLayers, strongEdges } from './layout'
import type { Names } from './names'
import { Contributors, FlowTables, HandOffs, Loops, Panel, Variants } from './Panels'
import type { Cut, Flow, Measure, Pick, Shown, ShownEdge } from './types'

const FlowPicture = lazy(() => import('./FlowPicture'))
const RARE = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const

type Props = {
  flow: Flow
  nodes: readonly Shown[]
  edges: readonly ShownEdge[]
  cuts: readonly Cut[]
  cutsBefore?: readonly Cut[]
  names: Names
  measure: Measure
  currency: string | null
  isJourney: boolean
  onPick: (pick: Pick) => void
}

/** A flow with everything that explains it. The same for the own journey and for an imported log. */
export function FlowView(props: Props) {
  const t = useT()
  const { flow, cuts, names, measure, currency, onPick } = props
  const [by, setBy] = useState(cuts[0]?.by ?? '')
  const cut = cuts.find((one) => one.by === by) ?? cuts[0]
  return (
    <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-6">
      <Picture {...props} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 min-[1000px]:grid-cols-[repeat(2,minmax(0,1fr))]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          {cut && (
            <Panel title={t('map.contributors')} text={t(props.isJourney ? 'map.contributorsText' : 'map.logContributorsText')}>
              <div role="group" aria-label={t('map.cutBy')} className="-ml-2.5 mb-2 flex flex-wrap gap-1">
                {cuts.map((one) => (
                  <Toggle key={one.by} pressed={one.by === cut.by} onClick={() => setBy(one.by)} label={t(`map.by.${one.by}` as 'map.by.stage')} />
                ))}
              </div>
              <Contributors cut={cut} before={props.cutsBefore?.find((one) => one.by === cut.by)} names={names} measure={measure} currency={currency} onPick={onPick} />
            </Panel>
          )}
          <Panel title={t('map.loops')} text={t('map.loopsText')}>
            <Loops flow={flow} names={names} currency={currency} onPick={onPick} />
          </Panel>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <Panel title={t('map.variants')} text={t('map.variantsText', { n: flow.variant_count })}>
            <Variants flow={flow} names={names} onPick={onPick} />
          </Panel>
          <Panel title={t('map.handoffs')} text={t(props.isJourney ? 'map.handoffsText' : 'map.logHandoffsText')}>
            <HandOffs flow={flow} names={names} currency={currency} onPick={onPick} />
          </Panel>
        </div>
      </div>
    </div>
  )
}

function Picture({ flow, nodes, edges, names, currency, isJourney, onPick }: Props) {
  const t = useT()
  const isNarrow = useMedia('(max-width: 719px)')
  const [chosen, setChosen] = useState<'picture' | 'table' | null>(null)
  const [rare, setRare] = useState(isJourney ? 2 : 4)
  const view = chosen ?? (isNarrow ? 'table' : 'picture')
  const shown = useMemo(() => [true, false].flatMap((isBefore) => strongEdges(edges.filter((edge) => edge.isBefore === isBefore), RARE[rare]!)), [edges, rare])
  const [early, main] = useMemo(() => {
    const part = (isBefore: boolean) => {
      const own = nodes.filter((node) => node.isBefore === isBefore)
      const lines = edges.filter((edge) => edge.isBefore === isBefore)
      return { nodes: own, edges: shown.filter((edge) => edge.isBefore === isBefore), layers: isJourney ? journeyLayers(own.map((node) => node.key)) : anyLayers(own, lines) }
    }
    const before = part(true)
    return [before.nodes.length > 0 ? before : null, part(false)]
  }, [isJourney, nodes, edges, shown])
  const onNode = useCallback(
    (node: Shown) => onPick(node.isBefore && node.key !== 'sent' ? { title: t('map.gaveUpAt', { name: node.name }), ask: { step: node.key }, visits: true } : node.isBefore ? { title: node.name, ask: { node: 'queue' } } : { title: node.name, ask: { node: node.key } }),
    [onPick, t],
  )
  const onEdge = useCallback(
    (edge: ShownEdge) =>
      edge.isBefore
        ? onPick({ title: t('map.gaveUpAt', { name: names.activity(edge.source) }), ask: { step: edge.source }, visits: true })
        : onPick({ title: `${names.activity(edge.source)} → ${names.activity(edge.target)}`, ask: { source: edge.source, target: edge.target } }),
    [onPick, names, t],
  )
  const hidden = edges.length - shown.length + flow.left_off
  return (
    <Panel
      title={t('map.way')}
      text={t(isJourney ? 'map.wayText' : 'map.logWayText')}
      aside={
        <div className="flex flex-wrap items-center gap-3">
          {view === 'picture' && (
            <label className="flex items-center gap-2 text-secondary text-ink-2">
              {t('map.rare')}
              <input type="range" min={0} max={RARE.length - 1} value={rare} aria-valuetext={t('map.hidden', { n: hidden })} onChange={(event) => setRare(Number(event.target.value))} className="w-28 accent-accent" />
              <span className="tabular min-w-20 text-ink-3">{t('map.hidden', { n: hidden })}</span>
            </label>
          )}
          <div role="group" aria-label={t('map.view')} className="flex gap-1">
            <Toggle pressed={view === 'picture'} onClick={() => setChosen('picture')} label={t('map.asPicture')} />
            <Toggle pressed={view === 'table'} onClick={() => setChosen('table')} label={t('map.asTable')} />
          </div>
        </div>
      }
    >
      {view === 'picture' ? (
        <Suspense fallback={<div className="h-[460px]" />}>
          {early && (
            <>
              <h3 className="text-secondary font-medium text-ink-3">{t('map.beforeTitle')}</h3>
              <FlowPicture {...early} currency={currency} label={t('map.beforeTitle')} onNode={onNode} onEdge={onEdge} />
              <h3 className="mt-2 border-t border-line pt-3 text-secondary font-medium text-ink-3">{t('map.fromThen')}</h3>
            </>
          )}
          <FlowPicture {...main} currency={currency} label={t('map.picture')} onNode={onNode} onEdge={onEdge} />
        </Suspense>
      ) : (
        <FlowTables nodes={nodes} edges={edges} names={names} currency={currency} onNode={onNode} onEdge={onEdge} />
      )}
    </Panel>
  )
}

export function Toggle(props: { label: string; title?: string; pressed: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={props.pressed}
      title={props.title}
      onClick={props.onClick}
      className="min-h-7 rounded-control px-2.5 text-secondary font-medium text-ink-3 hover:bg-hover hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink pointer-coarse:min-h-11"
    >
      {props.label}
    </button>
  )
}
