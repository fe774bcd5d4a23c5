import { useQuery } from '@tanstack/react-query'
import { Route as RouteIcon } from 'lucide-react'
import { useId, useState } from 'react'
import { api } from '../../api/client'
import { teamsQuery } from '../../api/queries'
import { type Key, useT } from '../../app/i18n'
import { useDirectory } from '../../app/me'
import { type Mode, MODES, type TeamRouting, teamRoutingQuery } from '../../routing/queries'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field, Input, Select } from '../../ui/Field'
import { Empty, Skeleton } from '../../ui/Notice'
import { CardList, Loaded, number, PageHead, SettingsForm, text } from '../parts'
import { PeopleAtWork } from './PeopleAtWork'
import { Skills } from './Skills'

/** How each team gets its work, what some work needs, and who can be given what. */
export default function Routing() {
  const t = useT()
  const teams = useQuery(teamsQuery)
  const [editing, setEditing] = useState<number | null>(null)
  return (
    <>
      <PageHead title={t('settings.routing')} text={t('routing.text')} />
      <Section title={t('settings.teams')}>
        <Loaded query={teams} empty={<Empty icon={RouteIcon} title={t('routing.noTeams')} text={t('routing.noTeamsText')} />}>
          {(items) => (
            <CardList label={t('settings.teams')}>
              {items.map((team) => (
                <TeamRow key={team.id} id={team.id} name={team.name} onEdit={() => setEditing(team.id)} />
              ))}
            </CardList>
          )}
        </Loaded>
      </Section>
      <Skills />
      <PeopleAtWork />
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={t('routing.edit', { team: teams.data?.find((team) => team.id === editing)?.name ?? '' })}>
        {editing !== null && <TeamForm id={editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

export function Section({ title, note, action, children }: { title: string; note?: string; action?: React.ReactNode; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="mb-8">
      <div className="mb-2 flex items-end gap-3">
        <div className="min-w-0 grow">
          <h2 className="text-thread font-strong">{title}</h2>
          {note && <p className="max-w-[68ch] text-secondary text-ink-2">{note}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}

function TeamRow({ id, name, onEdit }: { id: number; name: string; onEdit: () => void }) {
  const t = useT()
  const { team } = useDirectory()
  const routing = useQuery(teamRoutingQuery(id)).data
  const overflow = routing && team(routing.overflow_team_id)?.name
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2">
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{name}</p>
        <p className="text-secondary text-ink-2">
          {routing ? t(`mode.${routing.mode}`) : '…'}
          {routing?.mode === 'push' && `, ${routing.offer_s > 0 ? t('routing.offers', { n: routing.offer_s }) : t('routing.assigns')}`}
          {overflow && ` · ${t('routing.overflows', { team: overflow, minutes: Math.round((routing.overflow_after_s ?? 0) / 60) })}`}
        </p>
      </div>
      {routing?.can.includes('write') && <Button onClick={onEdit}>{t('action.edit')}</Button>}
    </li>
  )
}

const MEDIA = ['phone', 'messenger', 'social', 'mail'] as const

function TeamForm({ id, onDone }: { id: number; onDone: () => void }) {
  const routing = useQuery(teamRoutingQuery(id)).data
  if (!routing) return <Skeleton rows={4} />
  return <Form routing={routing} onDone={onDone} />
}

function Form({ routing, onDone }: { routing: TeamRouting; onDone: () => void }) {
  const t = useT()
  const { teams } = useDirectory()
  const [mode, setMode] = useState<Mode>(routing.mode)
  const save = async (form: FormData) => {
    const minutes = number(form, 'overflow_after')
    const overflow = number(form, 'overflow')
    await api.patch(`/api/teams/${routing.team_id}/routing`, {
      mode,
      weights: Object.fromEntries(MEDIA.map((medium) => [medium, (number(form, medium) ?? 0) / 100])),
      explore: (number(form, 'explore') ?? 0) / 100,
      overflow_team_id: overflow,
      overflow_after_s: overflow === null ? null : (minutes ?? 60) * 60,
      ...(text(form, 'offer') === '' ? {} : { offer_s: number(form, 'offer') }),
    })
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={[teamRoutingQuery(routing.team_id).queryKey, ['suggestion']]}>
        {(problem) => (
          <>
            <fieldset>
              <legend className="mb-1 text-secondary font-medium text-ink-2">{t('routing.mode')}</legend>
              {MODES.map((one) => (
                <ModeChoice key={one} mode={one} checked={mode === one} onChange={() => setMode(one)} />
              ))}
            </fieldset>
            {mode === 'push' && (
              <Field label={t('routing.offerTime')} hint={t('routing.offerHint')} error={problem?.field('offer_s')}>
                {(control) => <Input {...control} name="offer" type="number" min={0} max={3600} step={1} required defaultValue={routing.offer_s} className="max-w-32" />}
              </Field>
            )}
            <fieldset>
              <legend className="text-secondary font-medium text-ink-2">{t('routing.weights')}</legend>
              <p className="mb-2 text-secondary text-ink-3">{t('routing.weightsHint')}</p>
              <div className="grid grid-cols-4 gap-3 max-[719px]:grid-cols-2">
                {MEDIA.map((medium) => (
                  <Field key={medium} label={t(`medium.${medium}`)} error={problem?.field(`weights.${medium}`)}>
                    {(control) => <Input {...control} name={medium} type="number" min={1} max={100} step={0.1} required defaultValue={+(routing.weights[medium] * 100).toFixed(1)} />}
                  </Field>
                ))}
              </div>
            </fieldset>
            <Field label={t('routing.explore')} hint={t('routing.exploreHint')} error={problem?.field('explore')}>
              {(control) => <Input {...control} name="explore" type="number" min={0} max={100} step={1} required defaultValue={Math.round(routing.explore * 100)} className="max-w-32" />}
            </Field>
            <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
              <Field label={t('routing.overflow')} hint={t('routing.overflowHint')} error={problem?.field('overflow_team_id')}>
                {(control) => (
                  <Select {...control} name="overflow" defaultValue={routing.overflow_team_id ?? ''}>
                    <option value="">{t('routing.noOverflow')}</option>
                    {teams
                      .filter((team) => team.id !== routing.team_id)
                      .map((team) => (
                        <option key={team.id} value={team.id}>
                          {team.name}
                        </option>
                      ))}
                  </Select>
                )}
              </Field>
              <Field label={t('routing.overflowAfter')} error={problem?.field('overflow_after_s')}>
                {(control) => <Input {...control} name="overflow_after" type="number" min={1} step={1} defaultValue={routing.overflow_after_s === null ? 60 : Math.round(routing.overflow_after_s / 60)} />}
              </Field>
            </div>
          </>
        )}
      </SettingsForm>
    </div>
  )
}

function ModeChoice({ mode, checked, onChange }: { mode: Mode; checked: boolean; onChange: () => void }) {
  const t = useT()
  const id = useId()
  return (
    <div className="target flex items-start gap-2 py-1">
      <input id={id} type="radio" name="mode" value={mode} checked={checked} onChange={onChange} aria-describedby={`${id}-hint`} className="mt-1 size-4 shrink-0 accent-accent" />
      <div>
        <label htmlFor={id} className="block">
          {t(`mode.${mode}`)}
        </label>
        <p id={`${id}-hint`} className="text-secondary text-ink-3">
          {t(`mode.${mode}.hint` as Key)}
        </p>
      </div>
    </div>
  )
}
