import { useQuery } from '@tanstack/react-query'
import type { Problem } from '../../api/client'
import type { Messenger } from '../../api/messenger'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { Field, Input, Select } from '../../ui/Field'
import { calendarsQuery } from '../hours/queries'
import { Section, Two } from './Section'

/** Its name, who answers, and how long people who write in it will wait. */
export function BasicFields({ messenger, problem }: { messenger: Messenger | null; problem: Problem | null }) {
  const t = useT()
  const { teams } = useDirectory()
  const calendars = useQuery({ ...calendarsQuery, enabled: useMay('hours.read') }).data ?? []
  return (
    <Section title={t('messenger.basics')}>
      <Two>
        <Field label={t('mailbox.name')} hint={t('messenger.nameHint')} error={problem?.field('name')}>
          {(control) => <Input {...control} name="name" required maxLength={100} defaultValue={messenger?.name} />}
        </Field>
        <Field label={t('filter.team')} hint={t('mailbox.teamHint')}>
          {(control) => (
            <Select {...control} name="team" defaultValue={messenger?.team_id ?? ''}>
              <option value="">{t('mailbox.noTeam')}</option>
              {teams.map((team) => (
                <option key={team.id} value={team.id}>
                  {team.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('settings.hours')} hint={t('messenger.hoursHint')}>
          {(control) => (
            <Select {...control} name="calendar" defaultValue={messenger?.calendar_id ?? calendars.find((one) => one.is_default)?.id ?? ''} key={calendars.length}>
              {calendars.map((calendar) => (
                <option key={calendar.id} value={calendar.id}>
                  {calendar.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('messenger.expect')} hint={t('messenger.expectHint')} error={problem?.field('expect_s')}>
          {(control) => <Input {...control} name="expect" type="number" min={0.2} step="any" required defaultValue={(messenger?.expect_s ?? 120) / 60} />}
        </Field>
        <Field label={t('messenger.patience')} hint={t('messenger.patienceHint')} error={problem?.field('patience_s')}>
          {(control) => <Input {...control} name="patience" type="number" min={0.2} step="any" required defaultValue={(messenger?.patience_s ?? 120) / 60} />}
        </Field>
        <Field label={t('messenger.away')} hint={t('messenger.awayHint')} error={problem?.field('away_patience_s')}>
          {(control) => <Input {...control} name="away" type="number" min={0.01} step="any" required defaultValue={(messenger?.away_patience_s ?? 26_640) / 3600} />}
        </Field>
      </Two>
    </Section>
  )
}
