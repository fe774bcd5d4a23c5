import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, ListTree, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Rule } from '../../api/types'
import { dayAndTime } from '../../../shared/time'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { useNow } from '../../app/useNow'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Empty } from '../../ui/Notice'
import { CardList, Loaded, PageHead, useChange } from '../parts'
import { RuleForm } from './RuleForm'
import { RuleLog } from './RuleLog'
import { rulesQuery } from './types'
import { useSayRule } from './say'

export default function Rules() {
  const t = useT()
  const rules = useQuery(rulesQuery)
  const mayWrite = useMay('rules.write')
  const [editing, setEditing] = useState<Rule | 'new' | null>(null)
  const [logOf, setLogOf] = useState<Rule | null>(null)
  const change = useChange([rulesQuery.queryKey])
  const move = (items: readonly Rule[], from: number, to: number) => {
    const ids = items.map((rule) => rule.id)
    ids.splice(to, 0, ...ids.splice(from, 1))
    void change(() => api.put('/api/rules/order', { ids }))
  }
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
            {items.map((rule, at) => (
              <RuleRow
                key={rule.id}
                rule={rule}
                mayWrite={mayWrite}
                onEdit={() => setEditing(rule)}
                onLog={() => setLogOf(rule)}
                onUp={at > 0 ? () => move(items, at, at - 1) : null}
                onDown={at < items.length - 1 ? () => move(items, at, at + 1) : null}
              />
            ))}
          </CardList>
        )}
      </Loaded>
      <Dialog open={logOf !== null} onClose={() => setLogOf(null)} title={t('rules.logOf', { name: logOf?.name ?? '' })} wide>
        {logOf && <RuleLog rule={logOf} />}
      </Dialog>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('rules.add') : t('rules.edit')} wide>
        {editing && <RuleForm rule={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

type RowProps = { rule: Rule; mayWrite: boolean; onEdit: () => void; onLog: () => void; onUp: (() => void) | null; onDown: (() => void) | null }

function RuleRow({ rule, mayWrite, onEdit, onLog, onUp, onDown }: RowProps) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
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
        <p className="text-secondary text-ink-3">
          {rule.last_run_at ? (
            <button type="button" onClick={onLog} className="target rounded-control text-accent-ink hover:underline">
              {t('rules.ran', { n: rule.changed, time: dayAndTime(rule.last_run_at, now, language) })}
            </button>
          ) : (
            t('rules.never')
          )}
          {rule.failed > 0 && <span className="text-wrong"> · {t('rules.failedTimes', { n: rule.failed })}</span>}
        </p>
        {rule.problem && <p className="text-secondary text-wrong">{rule.problem}</p>}
      </div>
      {mayWrite && (
        <span className="flex shrink-0 flex-col">
          <IconButton label={t('rules.up', { name: rule.name })} disabled={!onUp} onClick={() => onUp?.()}>
            <ChevronUp size={14} aria-hidden />
          </IconButton>
          <IconButton label={t('rules.down', { name: rule.name })} disabled={!onDown} onClick={() => onDown?.()}>
            <ChevronDown size={14} aria-hidden />
          </IconButton>
        </span>
      )}
      {mayWrite && <Button onClick={onEdit}>{t('action.edit')}</Button>}
    </li>
  )
}
