import { useQuery } from '@tanstack/react-query'
import { Sprout } from 'lucide-react'
import { duration } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory, useMay, useMe } from '../../app/me'
import { type Experience, myExperienceQuery } from '../../routing/queries'
import { Empty } from '../../ui/Notice'
import { Loaded, PageHead } from '../parts'
import { Absences } from './Absences'

/** What routing has learned of the person who looks at it, and when they are away. */
export default function MyWork() {
  const t = useT()
  const me = useMe().agent
  const experience = useQuery(myExperienceQuery)
  const mayEnter = useMay('agents.read')
  return (
    <>
      <PageHead title={t('settings.work')} text={t('experience.text')} />
      <Loaded query={experience} empty={<Empty icon={Sprout} title={t('experience.empty')} text={t('experience.emptyText')} />}>
        {(rows) => (
          <>
            <Table rows={rows} />
            <p className="mt-3 max-w-[68ch] text-secondary text-ink-2">{t('experience.shrinkage')}</p>
          </>
        )}
      </Loaded>
      {mayEnter && (
        <div className="mt-10">
          <Absences agentId={me.id} may />
        </div>
      )}
    </>
  )
}

function Table({ rows }: { rows: readonly Experience[] }) {
  const t = useT()
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide table scrolls by itself and must be reachable by keyboard
    <div className="overflow-x-auto rounded-card border border-line" tabIndex={0} role="region" aria-label={t('experience.title')}>
      <table className="w-full text-left">
        <thead className="text-secondary text-ink-3">
          <tr className="border-b border-line">
            <th className="px-4 py-2 font-medium">{t('case.topic')}</th>
            <th className="px-4 py-2 text-right font-medium">{t('experience.cases')}</th>
            <th className="px-4 py-2 text-right font-medium">{t('experience.first')}</th>
            <th className="px-4 py-2 text-right font-medium">{t('experience.handle')}</th>
            <th className="px-4 py-2 font-medium">{t('experience.speed')}</th>
          </tr>
        </thead>
        <tbody className="tabular divide-y divide-line">
          {rows.map((row) => (
            <Line key={`${row.topic_id} ${row.difficulty}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Line({ row }: { row: Experience }) {
  const t = useT()
  const language = useLanguage()
  const { topic } = useDirectory()
  const share = (value: number) => new Intl.NumberFormat(language, { style: 'percent' }).format(value)
  const mu = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(row.mu)
  return (
    <tr>
      <td className="px-4 py-2">
        {row.topic_id === null ? <span className="text-ink-3">{t('case.noTopic')}</span> : (topic(row.topic_id)?.name ?? '…')}
        <span className="block text-secondary text-ink-3">{t(`difficulty.${row.difficulty}` as 'difficulty.0')}</span>
      </td>
      <td className="px-4 py-2 text-right">{row.cases}</td>
      <td className="px-4 py-2 text-right">
        {share(row.first_contact)}
        <span className="block text-secondary text-ink-3">{t('experience.team', { value: share(row.team_first_contact) })}</span>
      </td>
      <td className="px-4 py-2 text-right">
        {row.handle_s === null ? '—' : duration(row.handle_s, language)}
        {row.team_handle_s !== null && <span className="block text-secondary text-ink-3">{t('experience.team', { value: duration(row.team_handle_s, language) })}</span>}
      </td>
      <td className="px-4 py-2">
        <span className="flex items-center gap-2">
          <span className="w-10 text-right">{mu}</span>
          <SpeedBar mu={row.mu} />
        </span>
      </td>
    </tr>
  )
}

/** From half to double the topic's mean, on a logarithmic scale: the mark in the middle is the team. */
function SpeedBar({ mu }: { mu: number }) {
  const at = 50 + 50 * Math.log2(Math.min(2, Math.max(0.5, mu)))
  return (
    <svg viewBox="0 0 100 8" width={120} height={8} preserveAspectRatio="none" aria-hidden className="max-[719px]:hidden">
      <rect x="0" y="3" width="100" height="2" className="fill-line" />
      <rect x={Math.min(50, at)} y="2" width={Math.abs(at - 50)} height="4" className="fill-accent" />
      <rect x="49.5" y="0" width="1" height="8" className="fill-ink-3" />
    </svg>
  )
}
