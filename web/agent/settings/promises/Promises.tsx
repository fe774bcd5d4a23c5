import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, Handshake, Mail, MessagesSquare, Plus } from 'lucide-react'
import { useState } from 'react'
import { duration } from '../../../shared/time'
import { api } from '../../api/client'
import type { AccountPromise, Policy } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useDirectory, useMay } from '../../app/me'
import { useProblemText } from '../../app/problems'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Empty, ErrorNote, Skeleton } from '../../ui/Notice'
import { CardList, PageHead, useChange } from '../parts'
import { sayCondition } from '../rules/say'
import type { Condition } from '../rules/types'
import { useAccounts } from '../rules/useAccounts'
import { PolicyForm } from './PolicyForm'
import { inUnit, ofUnit, promisesQuery, TARGETS, TOUCHES } from './queries'

/** Policies in their order, and what each mailbox promises where none fits. */
export default function Promises() {
  const t = useT()
  const say = useProblemText()
  const found = useQuery(promisesQuery)
  const mayWrite = useMay('sla.write')
  const change = useChange(TOUCHES)
  const [editing, setEditing] = useState<Policy | 'new' | null>(null)
  const policies = found.data?.items ?? []
  const move = (policy: Policy, by: number) => {
    const order = policies.filter((one) => one.id !== policy.id)
    order.splice(policies.indexOf(policy) + by, 0, policy)
    const moved = order.map((one, position) => ({ one, position })).filter(({ one, position }) => one.position !== position)
    void change(() => Promise.all(moved.map(({ one, position }) => api.patch(`/api/sla/policies/${one.id}`, { position }))))
  }
  return (
    <>
      <PageHead title={t('settings.promises')} text={t('promises.text')}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setEditing('new')}>
            <Plus size={16} aria-hidden />
            {t('promises.add')}
          </Button>
        )}
      </PageHead>
      {found.error && !found.data && <ErrorNote {...say(found.error)} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton rows={4} />}
      {found.data && policies.length === 0 && <Empty icon={Handshake} title={t('promises.empty')} text={t('promises.emptyText')} />}
      {policies.length > 0 && (
        <CardList label={t('settings.promises')}>
          {policies.map((policy, n) => (
            <PolicyRow
              key={policy.id}
              policy={policy}
              mayWrite={mayWrite}
              onEdit={() => setEditing(policy)}
              onUp={n > 0 ? () => move(policy, -1) : null}
              onDown={n < policies.length - 1 ? () => move(policy, 1) : null}
            />
          ))}
        </CardList>
      )}
      {found.data && found.data.otherwise.length > 0 && <Otherwise accounts={found.data.otherwise} />}
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? t('promises.add') : t('promises.edit')} wide>
        {editing && <PolicyForm policy={editing === 'new' ? null : editing} last={policies.length} onDone={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

type RowProps = { policy: Policy; mayWrite: boolean; onEdit: () => void; onUp: (() => void) | null; onDown: (() => void) | null }

function PolicyRow({ policy, mayWrite, onEdit, onUp, onDown }: RowProps) {
  const t = useT()
  const change = useChange(TOUCHES)
  const whom = useSayCondition()
  const language = useLanguage()
  const within = TARGETS.filter((name) => policy[`${name}_s`] !== null).map((name) =>
    t('promises.say', { what: t(`promises.${name}`), time: duration(policy[`${name}_s`]!, language) }),
  )
  return (
    <li className={`flex min-h-14 items-center gap-3 px-4 py-2 ${policy.enabled ? '' : 'opacity-60'}`}>
      <input
        type="checkbox"
        checked={policy.enabled}
        disabled={!mayWrite}
        aria-label={t('promises.enabled', { name: policy.name })}
        onChange={(event) => {
          const enabled = event.target.checked
          void change(() => api.patch(`/api/sla/policies/${policy.id}`, { enabled }))
        }}
        className="size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">{policy.name}</p>
        <p className="text-secondary text-ink-2">{within.join(' · ')}</p>
        <p className="text-secondary text-ink-3">
          {[whom(policy.condition as Condition), t(`promises.clock.${policy.clock}`), t('promises.running', { n: policy.running })].join(' · ')}
        </p>
        {policy.problem && <p className="text-secondary text-wrong">{policy.problem}</p>}
      </div>
      {mayWrite && (
        <span className="flex shrink-0 items-center gap-1 max-[719px]:flex-col">
          <span className="flex">
            <IconButton label={t('promises.up', { name: policy.name })} disabled={!onUp} onClick={() => onUp?.()}>
              <ChevronUp size={16} aria-hidden />
            </IconButton>
            <IconButton label={t('promises.down', { name: policy.name })} disabled={!onDown} onClick={() => onDown?.()}>
              <ChevronDown size={16} aria-hidden />
            </IconButton>
          </span>
          <Button onClick={onEdit}>{t('action.edit')}</Button>
        </span>
      )}
    </li>
  )
}

function useSayCondition(): (condition: Condition) => string {
  const t = useT()
  const directory = useDirectory()
  const accounts = useAccounts()
  return (condition) => sayCondition(condition, t, { directory, accounts }) || t('promises.everybody')
}

/** The promise a mailbox or messenger makes by itself: one figure each. */
function Otherwise({ accounts }: { accounts: readonly AccountPromise[] }) {
  const t = useT()
  return (
    <section className="mt-8">
      <h2 className="text-thread font-strong">{t('promises.otherwise')}</h2>
      <p className="mt-1 mb-3 max-w-[68ch] text-ink-2">{t('promises.otherwiseText')}</p>
      <CardList label={t('promises.otherwise')}>
        {accounts.map((account) => (
          <AccountRow key={account.account_id} account={account} />
        ))}
      </CardList>
    </section>
  )
}

function AccountRow({ account }: { account: AccountPromise }) {
  const t = useT()
  const change = useChange(TOUCHES)
  const mayWrite = useMay('mailboxes.write')
  const isChat = account.channel === 'messenger'
  const unit = isChat ? 'minutes' : 'hours'
  const Icon = isChat ? MessagesSquare : Mail
  const take = (typed: string) => {
    const seconds = ofUnit(typed, unit)
    if (seconds > 0 && seconds !== account.expect_s) {
      void change(() => api.patch(`/api/${isChat ? 'messengers' : 'mailboxes'}/${account.account_id}`, { expect_s: seconds }))
    }
  }
  return (
    <li className="flex min-h-11 items-center gap-3 px-4 py-1">
      <Icon size={15} className="shrink-0 text-ink-3" aria-hidden />
      <span className="min-w-0 grow truncate">{account.name}</span>
      <label className="flex shrink-0 items-center gap-1.5 text-secondary text-ink-2">
        <input
          key={account.expect_s}
          defaultValue={inUnit(account.expect_s, unit)}
          readOnly={!mayWrite}
          inputMode="decimal"
          aria-label={t(isChat ? 'promises.accountMinutes' : 'promises.account', { name: account.name })}
          onBlur={(event) => take(event.target.value.trim())}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          className="tabular target w-16 rounded-control border border-line-strong bg-control px-2 text-right text-ink read-only:border-transparent read-only:bg-transparent"
        />
        <span className="w-14">{t(`promises.${unit}`)}</span>
      </label>
    </li>
  )
}
