import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import { dayAndTime, locale } from '../../shared/time'
import { api } from '../api/client'
import type { Page } from '../api/types'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory, useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href } from '../app/router'
import { useNow } from '../app/useNow'
import { PageHead, SettingsForm, text } from '../settings/parts'
import { Button } from '../ui/Button'
import { Checkbox, Field, Input } from '../ui/Field'
import { Empty, ErrorNote, Skeleton } from '../ui/Notice'
import { type AiCall, aiQuery, type AiSettings, type Written } from './queries'

/** The endpoint of a language model, its limits, and everything that was ever sent to it. */
export default function AiSettingsPage() {
  const t = useT()
  const say = useProblemText()
  const settings = useQuery(aiQuery)
  return (
    <>
      <PageHead title={t('settings.ai')} text={t('ai.text')} />
      {settings.error && <ErrorNote {...say(settings.error)} onRetry={() => void settings.refetch()} />}
      {settings.isPending && <Skeleton rows={4} />}
      {settings.data && <Form key={String(settings.data.has_key)} settings={settings.data} />}
      {settings.data && <Use settings={settings.data} />}
      <Log />
    </>
  )
}

function Form({ settings }: { settings: AiSettings }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const mayWrite = useMay('ai.write')
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null)
  const number = (form: FormData, name: string) => Math.round(Number(text(form, name)))
  const save = async (form: FormData) => {
    const key = text(form, 'key')
    await api.patch('/api/ai', {
      enabled: form.get('enabled') === 'on',
      url: text(form, 'url'),
      model: text(form, 'model'),
      ...(key ? { key } : form.get('noKey') === 'on' ? { key: null } : {}),
      tokens_a_month: number(form, 'tokens'),
      calls_a_minute: number(form, 'calls'),
      timeout_s: number(form, 'timeout'),
      keep_days: number(form, 'keep'),
      redact: form.get('redact') === 'on',
      answers_customers: form.get('customers') === 'on',
      past_answers: form.get('past') === 'on',
    })
  }
  const test = async () => {
    try {
      setSaid({ text: t('ai.testWorked', { answer: (await api.post<Written>('/api/ai/test')).text }), wrong: false })
    } catch (failed) {
      setSaid({ text: say(failed).text || say(failed).title, wrong: true })
    }
    await client.invalidateQueries({ queryKey: ['ai'] })
  }
  return (
    <fieldset disabled={!mayWrite} className="max-w-[640px]">
      <SettingsForm onSave={save} touches={[aiQuery.queryKey]}>
        {(problem) => (
          <>
            <Checkbox name="enabled" label={t('ai.enabled')} hint={t('ai.enabledHint')} defaultChecked={settings.enabled} />
            <Field label={t('ai.url')} hint={t('ai.urlHint')} error={problem?.field('url')}>
              {(control) => <Input {...control} name="url" type="url" maxLength={500} placeholder="https://llm.example/v1" defaultValue={settings.url} />}
            </Field>
            <div className="grid grid-cols-2 gap-4 max-[560px]:grid-cols-1">
              <Field label={t('ai.model')} error={problem?.field('model')}>
                {(control) => <Input {...control} name="model" maxLength={200} defaultValue={settings.model} />}
              </Field>
              <Field label={t('ai.key')} hint={settings.has_key ? t('ai.keyKept') : t('ai.keyHint')}>
                {(control) => <Input {...control} name="key" type="password" maxLength={1000} autoComplete="new-password" />}
              </Field>
            </div>
            {settings.has_key && <Checkbox name="noKey" label={t('ai.dropKey')} />}
            <Customers settings={settings} />
            <Checkbox name="redact" label={t('ai.redact')} hint={t('ai.redactHint')} defaultChecked={settings.redact} />
            <div className="grid grid-cols-2 gap-4 max-[560px]:grid-cols-1">
              <Field label={t('ai.tokens')}>{(control) => <Input {...control} name="tokens" type="number" min={0} required defaultValue={settings.tokens_a_month} />}</Field>
              <Field label={t('ai.calls')}>{(control) => <Input {...control} name="calls" type="number" min={1} max={10000} required defaultValue={settings.calls_a_minute} />}</Field>
              <Field label={t('ai.timeout')}>{(control) => <Input {...control} name="timeout" type="number" min={1} max={120} required defaultValue={settings.timeout_s} />}</Field>
              <Field label={t('ai.keep')}>{(control) => <Input {...control} name="keep" type="number" min={1} max={365} required defaultValue={settings.keep_days} />}</Field>
            </div>
            <div className="flex flex-wrap items-center gap-3">
              <Button type="button" disabled={!settings.url || !settings.model} onClick={() => void test()}>
                {t('ai.test')}
              </Button>
              {said && (
                <span role="status" className={said.wrong ? 'text-wrong' : 'text-done'}>
                  {said.text}
                </span>
              )}
            </div>
          </>
        )}
      </SettingsForm>
    </fieldset>
  )
}

/** What bots may do with the model; earlier answers only where it may answer at all. */
function Customers({ settings }: { settings: AiSettings }) {
  const t = useT()
  const [on, setOn] = useState(settings.answers_customers)
  return (
    <>
      <Checkbox name="customers" label={t('ai.customers')} hint={t('ai.customersHint')} checked={on} onChange={(event) => setOn(event.target.checked)} />
      {on && (
        <div className="ml-6">
          <Checkbox name="past" label={t('ai.past')} hint={t('ai.pastHint')} defaultChecked={settings.past_answers} />
        </div>
      )}
    </>
  )
}

function Use({ settings }: { settings: AiSettings }) {
  const t = useT()
  const number = new Intl.NumberFormat(locale(useLanguage()))
  return (
    <section aria-label={t('ai.use')} className="mt-8 max-w-[640px]">
      <h2 className="mb-2 text-thread font-strong">{t('ai.use')}</h2>
      <progress aria-label={t('ai.use')} max={Math.max(1, settings.tokens_a_month)} value={settings.tokens_used} className="h-1.5 w-full accent-accent" />
      <p className="tabular text-secondary text-ink-2">
        {t('ai.used', { used: number.format(settings.tokens_used), of: number.format(settings.tokens_a_month), calls: number.format(settings.calls) })}
        {settings.failed > 0 && <span className="text-wrong"> {t('ai.failed', { n: settings.failed })}</span>}
      </p>
    </section>
  )
}

function Log() {
  const t = useT()
  const say = useProblemText()
  const mayRead = useMay('ai.read')
  const log = useInfiniteQuery({
    queryKey: ['ai', 'calls'],
    queryFn: ({ pageParam, signal }) => api.get<Page<AiCall>>('/api/ai/calls', { cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    enabled: mayRead,
  })
  if (!mayRead) return null
  const items = log.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-label={t('ai.log')} className="mt-8">
      <h2 className="text-thread font-strong">{t('ai.log')}</h2>
      <p className="mb-2 max-w-[68ch] text-secondary text-ink-3">{t('ai.logText')}</p>
      {log.error && <ErrorNote {...say(log.error)} onRetry={() => void log.refetch()} />}
      {log.data && items.length === 0 && <Empty icon={ScrollText} title={t('ai.noCalls')} text={t('ai.noCallsText')} />}
      <ul>
        {items.map((call) => (
          <Call key={call.id} call={call} />
        ))}
      </ul>
      {log.hasNextPage && <Button onClick={() => void log.fetchNextPage()}>{t('action.more')}</Button>}
    </section>
  )
}

function Call({ call }: { call: AiCall }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const { agent } = useDirectory()
  return (
    <li className="border-b border-line py-2 last:border-0">
      <details>
        <summary className="cursor-pointer">
          <span className="font-medium">{t(`ai.task.${call.task}`)}</span>{' '}
          <span className={`text-secondary ${call.state === 'failed' || call.state === 'refused' ? 'text-wrong' : 'text-ink-3'}`}>
            {t(`ai.state.${call.state}`)} · {dayAndTime(call.at, now, language)} · {call.task === 'customer' && call.agent_id === null ? t('ai.bot') : (agent(call.agent_id)?.name ?? '')} · {t('ai.tokensOf', { n: call.tokens })}
          </span>
          {call.problem && <span className="block text-secondary text-wrong">{call.problem}</span>}
        </summary>
        {call.conversation_id && (
          <a href={href({ page: 'inbox', conversation: call.conversation_id })} className="target inline-flex items-center text-secondary">
            {t('ai.open')}
          </a>
        )}
        {[...call.sent.map((one) => [one.role ?? '', one.content ?? ''] as const), ...(call.answer === null ? [] : [[t('ai.answer'), call.answer] as const])].map(([who, words], n) => (
          <div key={n} className="mt-2">
            <p className="text-secondary text-ink-3">{who}</p>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
            <pre tabIndex={0} className="max-h-64 overflow-auto rounded-control bg-panel p-2 text-[12px] whitespace-pre-wrap">
              {words}
            </pre>
          </div>
        ))}
      </details>
    </li>
  )
}
