import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useLanguage, useT } from '../app/i18n'
import { headline, sayValue } from './figures'
import { Change } from './FigureCard'
import { isOrdered, memberName } from './members'
import type { Better, BreakdownData, BreakdownRow } from './types'

type Column = 'name' | 'value' | 'before' | 'count' | 'waiting' | 'quality'
type Props = { data: BreakdownData; better: Better; quality: BreakdownData | null; onOpen: (key: string, waiting: boolean | null) => void }

const SHOWN = 100

/** Rows with bars, the comparison as a thin one below; every number opens its conversations. */
export function BarTable({ data, better, quality, onOpen }: Props) {
  const t = useT()
  const language = useLanguage()
  const [sort, setSort] = useState<{ column: Column; down: boolean }>({ column: isOrdered(data.by) ? 'name' : 'count', down: !isOrdered(data.by) })
  const [all, setAll] = useState(false)
  const say = (value: number | null) => sayValue(value, data.unit, data.currency, language)
  const qualityOf = new Map(quality?.rows.map((row) => [row.key, row.now.value]))
  const longest = Math.max(...data.rows.flatMap((row) => [headline(row.now, data.unit) ?? 0, headline(row.before, data.unit) ?? 0]), 1e-9)
  const name = (row: BreakdownRow) => memberName(data.by, row.key, row.label, t, language)
  const worth = (row: BreakdownRow): number | string => {
    switch (sort.column) {
      case 'name':
        return isOrdered(data.by) ? Number(row.key) : name(row)
      case 'value':
        return headline(row.now, data.unit) ?? -1
      case 'before':
        return headline(row.before, data.unit) ?? -1
      case 'waiting':
        return row.now.waiting ?? 0
      case 'quality':
        return qualityOf.get(row.key) ?? -1
      default:
        return row.now.of ?? row.now.count
    }
  }
  const rows = data.rows.toSorted((a, b) => {
    const [left, right] = [worth(a), worth(b)]
    const order = typeof left === 'string' ? left.localeCompare(String(right), language) : left - Number(right)
    return sort.down ? -order : order
  })
  const hasWaiting = data.rows.some((row) => row.now.waiting)
  const compared = data.total.before !== null
  const head = (column: Column, label: string, right = true, hide = '') => (
    <Head label={label} right={right} className={hide} sorted={sort.column === column ? sort.down : null} onSort={() => setSort({ column, down: sort.column === column ? !sort.down : column !== 'name' })} />
  )
  return (
    <div className="overflow-x-auto">
      <table className="tabular w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-secondary text-ink-3">
            {head('name', t(`reports.by.${data.by as 'team'}`), false)}
            {head('value', data.unit === 'seconds' ? t('report.median') : t('reports.value'))}
            <th className="w-[30%] max-[719px]:hidden" aria-hidden />
            {compared && head('before', t('reports.change'), true, 'max-[479px]:hidden')}
            {data.unit !== 'count' && head('count', t('reports.number'), true, 'max-[719px]:hidden')}
            {hasWaiting && head('waiting', t('reports.waiting'), true, 'max-[719px]:hidden')}
            {quality && head('quality', t('figure.reopen_rate'), true, 'max-[719px]:hidden')}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, all ? undefined : SHOWN).map((row) => (
            <tr key={row.key} className="border-b border-line hover:bg-panel">
              <th scope="row" className="max-w-64 truncate py-1.5 pr-3 font-regular">
                {name(row)}
              </th>
              <td className="py-1.5 pr-3 text-right">
                <Figure onOpen={() => onOpen(row.key, null)} label={`${name(row)}: ${say(headline(row.now, data.unit))}`}>
                  {say(headline(row.now, data.unit))}
                </Figure>
              </td>
              <td className="py-1.5 max-[719px]:hidden" aria-hidden>
                <span className="block h-2.5 rounded-[3px] bg-accent" style={{ width: `${(100 * (headline(row.now, data.unit) ?? 0)) / longest}%` }} />
                {compared && <span className="mt-0.5 block h-1 rounded-[2px] bg-line-strong" style={{ width: `${(100 * (headline(row.before, data.unit) ?? 0)) / longest}%` }} />}
              </td>
              {compared && (
                <td className="py-1.5 pl-3 text-right whitespace-nowrap max-[479px]:hidden">
                  <Change figure={{ unit: data.unit, now: row.now, before: row.before, better }} />
                </td>
              )}
              {data.unit !== 'count' && <td className="py-1.5 pl-3 text-right max-[719px]:hidden">{row.now.of ?? row.now.count}</td>}
              {hasWaiting && (
                <td className="py-1.5 pl-3 text-right max-[719px]:hidden">
                  {row.now.waiting ? (
                    <Figure onOpen={() => onOpen(row.key, true)} label={`${name(row)}, ${t('reports.waiting')}: ${row.now.waiting}`}>
                      <span className="hatched mr-1 inline-block size-2.5 rounded-[2px]" aria-hidden />
                      {row.now.waiting}
                    </Figure>
                  ) : (
                    <span className="text-ink-3">0</span>
                  )}
                </td>
              )}
              {quality && <td className="py-1.5 pl-3 text-right max-[719px]:hidden">{sayValue(qualityOf.get(row.key) ?? null, 'share', '', language)}</td>}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="font-medium">
            <th scope="row" className="py-2 font-medium">
              {t('reports.total')}
            </th>
            <td className="py-2 pr-3 text-right">{say(headline(data.total.now, data.unit))}</td>
            <td className="max-[719px]:hidden" aria-hidden />
            {compared && (
              <td className="py-2 pl-3 text-right whitespace-nowrap max-[479px]:hidden">
                <Change figure={{ unit: data.unit, now: data.total.now, before: data.total.before, better }} />
              </td>
            )}
            {data.unit !== 'count' && <td className="py-2 pl-3 text-right max-[719px]:hidden">{data.total.now.of ?? data.total.now.count}</td>}
            {hasWaiting && <td className="py-2 pl-3 text-right max-[719px]:hidden">{data.total.now.waiting ?? 0}</td>}
            {quality && <td className="py-2 pl-3 text-right max-[719px]:hidden">{sayValue(quality.total.now.value, 'share', '', language)}</td>}
          </tr>
        </tfoot>
      </table>
      {!all && rows.length > SHOWN && (
        <button type="button" onClick={() => setAll(true)} className="target mt-2 rounded-control px-3 font-medium text-ink-2 hover:bg-hover">
          {t('reports.showAll', { n: rows.length })}
        </button>
      )}
    </div>
  )
}

function Head(props: { label: string; right: boolean; className?: string; sorted: boolean | null; onSort: () => void }) {
  const Arrow = props.sorted === false ? ArrowUp : ArrowDown
  return (
    <th scope="col" aria-sort={props.sorted === null ? 'none' : props.sorted ? 'descending' : 'ascending'} className={`py-1 font-medium ${props.right ? 'pr-3 pl-3 text-right' : ''} ${props.className ?? ''}`}>
      <button type="button" onClick={props.onSort} className="target inline-flex items-center gap-1 rounded-control font-medium hover:text-ink">
        {props.label}
        {props.sorted !== null && <Arrow size={13} aria-hidden />}
      </button>
    </th>
  )
}

function Figure({ label, onOpen, children }: { label: string; onOpen: () => void; children: ReactNode }) {
  return (
    <button type="button" aria-label={label} onClick={onOpen} className="min-h-6 rounded-control px-1 font-medium whitespace-nowrap underline-offset-3 hover:underline">
      {children}
    </button>
  )
}
