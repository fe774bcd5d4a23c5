import { useQuery } from '@tanstack/react-query'
import { GraduationCap, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { type Skill, skillsQuery } from '../../routing/queries'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Checkbox, Field, Input } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, SettingsForm, text, useChange } from '../parts'
import { Section } from './Routing'

/** What somebody must know for some work, and which topics ask for it. */
export function Skills() {
  const t = useT()
  const skills = useQuery(skillsQuery)
  const mayWrite = useMay('routing.write')
  const { topic } = useDirectory()
  const [editing, setEditing] = useState<Skill | 'new' | null>(null)
  const add = mayWrite && (
    <Button onClick={() => setEditing('new')}>
      <Plus size={16} aria-hidden />
      {t('skills.add')}
    </Button>
  )
  return (
    <Section title={t('skills.title')} note={t('skills.text')} action={add}>
      <Loaded query={skills} empty={<Empty icon={GraduationCap} title={t('skills.empty')} text={t('skills.emptyText')} />}>
        {(items) => (
          <CardList label={t('skills.title')}>
            {items.map((skill) => (
              <li key={skill.id} className="flex min-h-12 items-center gap-3 px-4 py-2">
                <p className="min-w-0 grow truncate font-medium">{skill.name}</p>
                <span className="flex flex-wrap justify-end gap-1 max-[719px]:hidden">
                  {skill.topic_ids.map((id) => (
                    <Chip key={id}>{topic(id)?.name ?? '…'}</Chip>
                  ))}
                </span>
                <span className="w-24 text-right text-secondary text-ink-3">{t('skills.people', { n: skill.agent_ids.length })}</span>
                {skill.can.includes('write') && <Button onClick={() => setEditing(skill)}>{t('action.edit')}</Button>}
              </li>
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('skills.add') : t('skills.edit')}>
        {editing && <SkillForm skill={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </Section>
  )
}

function SkillForm({ skill, onDone }: { skill: Skill | null; onDone: () => void }) {
  const t = useT()
  const { topics } = useDirectory()
  const change = useChange([skillsQuery.queryKey])
  const save = async (form: FormData) => {
    const body = { name: text(form, 'name'), topic_ids: form.getAll('topic').map(Number) }
    await (skill ? api.patch(`/api/skills/${skill.id}`, body) : api.post('/api/skills', body))
    onDone()
  }
  return (
    <div className="overflow-y-auto px-6 pb-6">
      <SettingsForm onSave={save} onCancel={onDone} touches={[skillsQuery.queryKey]}>
        {(problem) => (
          <>
            <Field label={t('skills.name')} error={problem?.field('name')}>
              {(control) => <Input {...control} name="name" required maxLength={80} defaultValue={skill?.name} />}
            </Field>
            {topics.length > 0 && (
              <fieldset>
                <legend className="text-secondary font-medium text-ink-2">{t('skills.topics')}</legend>
                {topics
                  .filter((topic) => !topic.archived)
                  .map((topic) => (
                    <Checkbox key={topic.id} name="topic" value={topic.id} label={topic.name} defaultChecked={skill?.topic_ids.includes(topic.id)} />
                  ))}
              </fieldset>
            )}
            {skill && (
              <Button
                variant="danger"
                className="self-start"
                onClick={() => void change(() => api.delete(`/api/skills/${skill.id}`), t('skills.deleted', { name: skill.name })).then((done) => done && onDone())}
              >
                {t('skills.delete')}
              </Button>
            )}
          </>
        )}
      </SettingsForm>
    </div>
  )
}
