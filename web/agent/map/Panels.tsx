import './flow.css'
import type { ReactNode } from 'react'
import { money } from '../../shared/money'
import { duration, locale } from '../../shared/time'
import { useLanguage, useT } from '../app/i18n'
import { sayChange } from '../report/figures'
import { heatOf } from './layout'
import type { Names } from './names'
import { changeOf } from './shown'
import type { Cut, Flow, Measure, Pick, Shown, ShownEdge } from './types'

type Click = (pick: Pick) => void

/** A titled part of the page. */
export function Panel(props: { title: string; text?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={props.title} className="rounded-card border border-line">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-5 pt-4 pb-2 max-[719px]:px-3">
        <div className="min-w-0">
          <h2 className="text-thread font-strong">{props.title}</h2>
          {props.text && <p className="mt-0.5 max-w-[80ch] text-secondary text-ink-3">{props.text}</p>}
        </div>
        {props.aside}
      </header>
      <div className="px-5 pb-4 max-[719px]:px-3">{props.children}</div>
    </section>
  )
}

/** A table with sentences for heads; what scrolls sideways can be reached by keyboard. */
function Table(props: { label: string; heads: readonly (string | null)[]; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div tabIndex={0} role="region" aria-label={props.label} className="overflow-x-auto">
      <table className="w-full border-collapse text-secondary">
        <thead>
          <tr className="border-b border-line text-ink-3">
            {props.heads.map((head, n) =>
              head === null ? null : (
                <th key={head} scope="col" className={`py-1.5 font-medium whitespace-nowrap ${n === 0 ? 'pr-3 text-left' : 'px-3 text-right last:pr-0'}`}>
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  )
}

const CELL = 'tabular px-3 py-1.5 text-right whitespace-nowrap last:pr-0'

function Row(props: { name: ReactNode; onClick: () => void; cells: readonly (string | null)[]; heat?: number }) {
  return (
    <tr className="border-b border-line last:border-0 hover:bg-hover">
      <th scope="row" className="py-0.5 pr-3 text-left font-regular">
        <button type="button" onClick={props.onClick} className="target inline-flex max-w-[44ch] items-center gap-2 rounded-control text-left text-ink hover:underline">
          {props.heat !== undefined && <span data-heat={props.heat} className="size-2.5 shrink-0 rounded-[3px] bg-(--flow-heat,var(--line-strong))" aria-hidden />}
          <span className="truncate">{props.name}</span>
        </button>
      </th>
      {props.cells.map((cell, n) => (cell === null ? null : <td key={n} className={CELL}>{cell}</td>))}
    </tr>
  )
}

/** The same as the picture, as tables: for the keyboard, for screen readers, for the phone. */
export function FlowTables(props: { nodes: readonly Shown[]; edges: readonly ShownEdge[]; names: Names; currency: string | null; onNode: (node: Shown) => void; onEdge: (edge: ShownEdge) => void }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const say = (seconds: number) => (seconds > 0 ? duration(seconds, language) : '–')
  const cost = (minor: number) => (props.currency === null ? null : minor > 0 ? money(Math.round(minor), props.currency, language) : '–')
  const hottest = Math.max(0, ...props.nodes.map((node) => node.value))
  const hottestEdge = Math.max(0, ...props.edges.map((edge) => edge.value))
  const costHead = props.currency === null ? null : t('map.cost')
  const changeHead = props.nodes.some((node) => node.before) ? t('map.change') : null
  const change = (node: Shown) => {
    const found = changeOf(node.time.total, node.before?.time.total)
    return changeHead === null ? null : found === null ? '–' : sayChange(found, 'count', language)
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Table label={t('map.stages')} heads={[t('map.stageHead'), t('map.visits'), t('map.medianHead'), t('map.p90'), t('map.total'), changeHead, costHead, t('map.insideHead')]}>
        {props.nodes.map((node) => (
          <Row
            key={node.key}
            name={node.name}
            heat={heatOf(node.value, hottest)}
            onClick={() => props.onNode(node)}
            cells={[
              number.format(node.visits), say(node.time.median), say(node.time.p90), say(node.time.total), change(node), cost(node.cost),
              node.gaveUp ? t('map.gaveUp', { n: number.format(node.gaveUp) }) : node.open ? number.format(node.open) : '–',
            ]}
          />
        ))}
      </Table>
      <Table label={t('map.ways')} heads={[t('map.wayHead'), t('map.times'), t('map.cases'), t('map.medianHead'), t('map.total'), costHead]}>
        {props.edges.map((edge) => (
          <Row
            key={`${edge.source}>${edge.target}`}
            name={`${props.names.activity(edge.source)} → ${props.names.activity(edge.target)}`}
            heat={heatOf(edge.value, hottestEdge)}
            onClick={() => props.onEdge(edge)}
            cells={[number.format(edge.count), number.format(edge.cases), say(edge.median), say(edge.seconds), cost(edge.cost)]}
          />
        ))}
      </Table>
    </div>
  )
}

/** One cut of the waiting as bars, longest first. */
export function Contributors(props: { cut: Cut; before?: Cut; names: Names; measure: Measure; currency: string | null; onPick: Click }) {
  const t = useT()
  const language = useLanguage()
  const isCost = props.measure === 'cost' && props.currency !== null
  const share = (row: Cut['rows'][number]) => (isCost ? row.cost_share : row.time_share)
  const percent = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 })
  const rows = props.cut.rows.toSorted((a, b) => Number(a.key === 'other') - Number(b.key === 'other') || share(b) - share(a))
  const widest = Math.max(0.0001, ...rows.map(share))
  const shareBefore = new Map(props.before?.rows.map((row) => [row.key, share(row)]))
  if (rows.length === 0) return <p className="py-6 text-center text-ink-3">{t('map.noWaiting')}</p>
  return (
    <ul>
      {rows.map((row) => {
        const name = props.names.part(props.cut.by, row.key)
        const value = isCost ? money(Math.round(row.cost), props.currency!, language) : duration(row.time, language)
        const body = (
          <>
            <span className="flex items-baseline gap-3">
              <span className="min-w-0 grow truncate text-left">{name}</span>
              <span className="tabular shrink-0 text-secondary text-ink-3">{value}</span>
              {props.before && <span className="tabular shrink-0 text-secondary text-ink-3">{t('map.was', { share: percent.format(shareBefore.get(row.key) ?? 0) })}</span>}
              <span className="tabular w-14 shrink-0 text-right font-medium">{percent.format(share(row))}</span>
            </span>
            <span className="mt-1 block h-1.5 overflow-hidden rounded-full bg-line">
              <span data-heat={heatOf(share(row), widest)} className="block h-full rounded-full bg-(--flow-heat,var(--ink-faint))" style={{ width: `${(share(row) / widest) * 100}%` }} />
            </span>
          </>
        )
        return (
          <li key={row.key}>
            {row.key === 'other' ? (
              <div className="px-2 py-1.5">{body}</div>
            ) : (
              <button type="button" onClick={() => props.onPick({ title: name, ask: { cut: props.cut.by, key: row.key } })} className="block w-full rounded-control px-2 py-1.5 hover:bg-hover pointer-coarse:min-h-11">
                {body}
              </button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** The orders in which cases went, most frequent first. */
export function Variants({ flow, names, onPick }: { flow: Flow; names: Names; onPick: Click }) {
  const t = useT()
  const language = useLanguage()
  const percent = new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 })
  const number = new Intl.NumberFormat(locale(language))
  return (
    <ol className="max-h-[420px] overflow-y-auto">
      {flow.variants.map((variant, n) => (
        <li key={variant.id} className="border-b border-line last:border-0">
          <button
            type="button"
            onClick={() => onPick({ title: t('map.variant', { n: n + 1 }), ask: { variant: variant.id } })}
            className="flex w-full flex-col gap-1 rounded-control px-2 py-2 text-left hover:bg-hover"
          >
            <span className="flex w-full items-baseline gap-3">
              <span className="tabular font-medium">{percent.format(variant.share)}</span>
              <span className="tabular grow text-secondary text-ink-3">{t('map.casesN', { n: variant.cases, count: number.format(variant.cases) })}</span>
              <span className="tabular text-secondary text-ink-3">{variant.cycle.count > 0 ? t('map.median', { time: duration(variant.cycle.median, language) }) : t('map.running')}</span>
            </span>
            <span className="text-secondary leading-relaxed text-ink-2">{steps(variant.steps.map(names.activity))}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}

/** "Queue → Agent → …": long ways keep their beginning and their end. */
function steps(names: readonly string[]): string {
  return (names.length > 9 ? [...names.slice(0, 6), '…', ...names.slice(-2)] : names).join(' → ')
}

export function Loops({ flow, names, currency, onPick }: { flow: Flow; names: Names; currency: string | null; onPick: Click }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  if (flow.loops.length === 0) return <p className="py-6 text-center text-ink-3">{t('map.noLoops')}</p>
  return (
    <Table label={t('map.loops')} heads={[t('map.stageHead'), t('map.again'), t('map.cases'), t('map.total'), currency === null ? null : t('map.cost')]}>
      {flow.loops.map((loop) => (
        <Row
          key={loop.key}
          name={names.activity(loop.key)}
          onClick={() => onPick({ title: t('map.againAt', { name: names.activity(loop.key) }), ask: { loop: loop.key } })}
          cells={[number.format(loop.again), number.format(loop.cases), loop.time > 0 ? duration(loop.time, language) : '–', currency === null ? null : loop.cost > 0 ? money(Math.round(loop.cost), currency, language) : '–']}
        />
      ))}
    </Table>
  )
}

export function HandOffs({ flow, names, currency, onPick }: { flow: Flow; names: Names; currency: string | null; onPick: Click }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  if (flow.handoffs.length === 0) return <p className="py-6 text-center text-ink-3">{t('map.noHandoffs')}</p>
  return (
    <Table label={t('map.handoffs')} heads={[t('map.handoffHead'), t('map.times'), t('map.cases'), t('map.medianAfter'), currency === null ? null : t('map.cost')]}>
      {flow.handoffs.map((one) => {
        const name = `${names.resource(one.source)} → ${names.resource(one.target)}`
        return (
          <Row
            key={name}
            name={name}
            onClick={() => onPick({ title: name, ask: { giver: one.source, taker: one.target } })}
            cells={[number.format(one.count), number.format(one.cases), one.stay.total > 0 ? duration(one.stay.median, language) : '–', currency === null ? null : one.cost > 0 ? money(Math.round(one.cost), currency, language) : '–']}
          />
        )
      })}
    </Table>
  )
}
