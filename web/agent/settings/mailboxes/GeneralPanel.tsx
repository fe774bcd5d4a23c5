import type { Mailbox } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { Field, Input, Select } from '../../ui/Field'
import { number, text } from '../parts'
import { FormPanel } from './Panel'

/** Its name and who gets what comes in. */
export function GeneralPanel({ mailbox }: { mailbox: Mailbox }) {
  const t = useT()
  return (
    <FormPanel mailbox={mailbox} title={t('mailbox.general')} text={t('mailbox.generalText')} read={(form) => ({ name: text(form, 'name') || mailbox.address, team_id: number(form, 'team') })}>
      {(problem) => (
        <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
          <Field label={t('mailbox.name')} hint={t('mailbox.nameHint')} error={problem?.field('name')}>
            {(control) => <Input {...control} name="name" maxLength={100} defaultValue={mailbox.name} />}
          </Field>
          <TeamField teamId={mailbox.team_id} />
        </div>
      )}
    </FormPanel>
  )
}

/** The team that gets new conversations; nothing in a workspace without teams. */
export function TeamField({ teamId }: { teamId: number | null }) {
  const t = useT()
  const { teams } = useDirectory()
  if (teams.length === 0) return null
  return (
    <Field label={t('filter.team')} hint={t('mailbox.teamHint')}>
      {(control) => (
        <Select {...control} name="team" defaultValue={teamId ?? ''}>
          <option value="">{t('mailbox.noTeam')}</option>
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
