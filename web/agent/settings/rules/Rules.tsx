import { useQuery } from '@tanstack/react-query'
import { ListTree, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Rule } from '../../api/types'
import { useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, useChange } from '../parts'
import { RuleForm } from './RuleForm'
import { rulesQuery } from './types'
import { useSayRule } from './say'

export default function Rules() {
  const t = useT()
  const rules = useQuery(rulesQuery)
  const mayWrite = useMay('rules.write')
  const [editing, setEditing] = useState<Rule | 'new' | null>(null)
  return (
    <>
      <PageHead title={t('settings.rules')} text={t('rules.text')}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setEditing('new')}>
            <Plus size={16} aria-hidden />
            {t('rules.add')}
          </Button>
        )}
      </PageHead>
      <Loaded query={rules} empty={<Empty icon={ListTree} title={t('rules.empty')} text={t('rules.emptyText')} />}>
        {(items) => (
          <CardList label={t('settings.rules')}>
            {items.map((rule) => (
              <RuleRow key={rule.id} rule={rule} mayWrite={mayWrite} onEdit={() => setEditing(rule)} />
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('rules.add') : t('rules.edit')} wide>
        {editing && <RuleForm rule={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function RuleRow({ rule, mayWrite, onEdit }: { rule: Rule; mayWrite: boolean; onEdit: () => void }) {
  const t = useT()
  const directory = useDirectory()
  const say = useSayRule(directory)
  const change = useChange([rulesQuery.queryKey])
  return (
    <li className={`flex min-h-14 items-center gap-3 px-4 py-2 ${rule.enabled ? '' : 'opacity-60'}`}>
      <input
        type="checkbox"
        checked={rule.enabled}
        disabled={!mayWrite}
        aria-label={t('rules.enabled', { name: rule.name })}
        onChange={(event) => {
          const enabled = event.target.checked
          void change(() => api.patch(`/api/rules/${rule.id}`, { enabled }))
        }}
        className="size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{rule.name}</p>
        <p className="text-secondary text-ink-3">{say(rule)}</p>
        {rule.problem && <p className="text-secondary text-wrong">{rule.problem}</p>}
      </div>
      {mayWrite && <Button onClick={onEdit}>{t('action.edit')}</Button>}
    </li>
  )
}
