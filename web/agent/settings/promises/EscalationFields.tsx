import type { Escalation } from '../../api/types'
import { type Key, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { Select } from '../../ui/Field'

const PILL =
  'target rounded-full border border-line-strong px-3 text-secondary hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink'

type Props = { legend: string; value: Escalation; onChange: (value: Escalation) => void }

/** What happens by itself: give it to somebody, raise it, tag it, mention people. */
export function EscalationFields({ legend, value, onChange }: Props) {
  const t = useT()
  const { agents, teams, tags } = useDirectory()
  const assigned = value.assignee_id ? `agent:${value.assignee_id}` : value.team_id ? `team:${value.team_id}` : ''
  const assign = (chosen: string) => {
    const [kind, id] = chosen.split(':')
    onChange({ ...value, team_id: kind === 'team' ? Number(id) : null, assignee_id: kind === 'agent' ? Number(id) : null })
  }
  const toggle = (ids: readonly number[] | undefined, id: number) => (ids?.includes(id) ? ids.filter((one) => one !== id) : [...(ids ?? []), id])
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-secondary font-medium text-ink-2">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        <Select aria-label={`${legend}: ${t('command.assign')}`} value={assigned} onChange={(event) => assign(event.target.value)} className="w-auto!">
          <option value="">{t('promises.leave')}</option>
          {teams.map((team) => (
            <option key={team.id} value={`team:${team.id}`}>
              {t('promises.assignTo', { value: team.name })}
            </option>
          ))}
          {agents.map((agent) => (
            <option key={agent.id} value={`agent:${agent.id}`}>
              {t('promises.assignTo', { value: agent.name })}
            </option>
          ))}
        </Select>
        <Select
          aria-label={`${legend}: ${t('promises.raise')}`}
          value={value.raise_to ?? ''}
          onChange={(event) => onChange({ ...value, raise_to: event.target.value === '' ? null : Number(event.target.value) })}
          className="w-auto!"
        >
          <option value="">{t('promises.noRaise')}</option>
          {[2, 3].map((level) => (
            <option key={level} value={level}>
              {t('promises.raiseTo', { value: t(`severity.${level}` as Key) })}
            </option>
          ))}
        </Select>
      </div>
      <Pills label={t('promises.mention')}>
        <button type="button" aria-pressed={value.notify_assignee ?? false} onClick={() => onChange({ ...value, notify_assignee: !value.notify_assignee })} className={PILL}>
          {t('promises.assignee')}
        </button>
        {agents.map((agent) => (
          <button
            key={agent.id}
            type="button"
            aria-pressed={value.notify?.includes(agent.id) ?? false}
            onClick={() => onChange({ ...value, notify: toggle(value.notify, agent.id) })}
            className={PILL}
          >
            {agent.name}
          </button>
        ))}
      </Pills>
      {tags.length > 0 && (
        <Pills label={t('promises.tag')}>
          {tags.map((tag) => (
            <button
              key={tag.id}
              type="button"
              aria-pressed={value.add_tags?.includes(tag.id) ?? false}
              onClick={() => onChange({ ...value, add_tags: toggle(value.add_tags, tag.id) })}
              className={PILL}
            >
              {tag.name}
            </button>
          ))}
        </Pills>
      )}
    </fieldset>
  )
}

function Pills({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2" role="group" aria-label={label}>
      <span className="w-40 text-secondary text-ink-3 max-[719px]:w-full">{label}</span>
      {children}
    </div>
  )
}
