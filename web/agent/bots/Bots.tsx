import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Bot as BotIcon, ChevronDown, ChevronUp, Plus, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { locale } from '../../shared/time'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useMay } from '../app/me'
import { useProblemText } from '../app/problems'
import { href, navigate } from '../app/router'
import { CardList, Loaded, PageHead, SettingsForm, text, useChange } from '../settings/parts'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Input } from '../ui/Field'
import { Empty } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { Builder } from './Builder'
import { botsQuery } from './queries'
import type { Bot, BotRow } from './types'

/** All bots, or the flow of one. */
export default function Bots({ item }: { item: string | null }) {
  const id = Number(item)
  return item !== null && Number.isInteger(id) && id > 0 ? <Builder id={id} /> : <BotList />
}

const open = (id: number) => navigate({ page: 'bots', item: String(id) }, { search: '' })

function BotList() {
  const t = useT()
  const say = useProblemText()
  const bots = useQuery(botsQuery)
  const client = useQueryClient()
  const mayWrite = useMay('bots.write')
  const [making, setMaking] = useState(false)
  const [removing, setRemoving] = useState<BotRow | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const change = useChange([botsQuery.queryKey])
  const swap = (items: readonly BotRow[], a: number, b: number) => {
    const order = items.map((bot) => bot.id)
    order.splice(b, 0, ...order.splice(a, 1))
    void change(() => Promise.all(order.map((id, position) => api.patch(`/api/bots/${id}`, { position }))))
  }
  const importFile = async (chosen: File | undefined) => {
    if (!chosen) return
    try {
      const made = await api.post<Bot>('/api/bots/import', JSON.parse(await chosen.text()))
      await client.invalidateQueries(botsQuery)
      open(made.id)
    } catch (failed) {
      notify({ text: failed instanceof SyntaxError ? t('bots.noJson') : say(failed).text || say(failed).title, tone: 'wrong', seconds: 10 })
    }
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <main tabIndex={0} className="min-h-0 grow overflow-y-auto bg-paper outline-offset-[-2px]">
      <div className="mx-auto max-w-[960px] px-8 py-6 max-[719px]:px-4">
        <PageHead title={t('bots.nav')} text={t('bots.text')}>
          {mayWrite && (
            <div className="flex shrink-0 gap-2">
              <input ref={file} type="file" accept="application/json,.json" className="sr-only" tabIndex={-1} aria-label={t('bots.import')} onChange={(event) => void importFile(event.target.files?.[0])} />
              <Button onClick={() => file.current?.click()}>
                <Upload size={16} aria-hidden />
                {t('bots.import')}
              </Button>
              <Button variant="primary" onClick={() => setMaking(true)}>
                <Plus size={16} aria-hidden />
                {t('bots.new')}
              </Button>
            </div>
          )}
        </PageHead>
        <Loaded query={bots} empty={<Empty icon={BotIcon} title={t('bots.none')} text={t('bots.noneText')}>{mayWrite && <Button onClick={() => setMaking(true)}>{t('bots.new')}</Button>}</Empty>}>
          {(items) => (
            <CardList label={t('bots.nav')}>
              {items.map((bot, at) => (
                <Row key={bot.id} bot={bot} onUp={at > 0 ? () => swap(items, at, at - 1) : null} onDown={at < items.length - 1 ? () => swap(items, at, at + 1) : null} onRemove={() => setRemoving(bot)} />
              ))}
            </CardList>
          )}
        </Loaded>
      </div>
      <Dialog open={making} onClose={() => setMaking(false)} title={t('bots.new')}>
        <div className="px-6 pb-6">
          <SettingsForm
            touches={[botsQuery.queryKey]}
            onCancel={() => setMaking(false)}
            submit={t('bots.create')}
            onSave={async (form) => {
              const made = await api.post<Bot>('/api/bots', { name: text(form, 'name') })
              open(made.id)
            }}
          >
            {(problem) => (
              <Field label={t('bots.name')} hint={t('bots.nameHint')} error={problem?.field('name')}>
                {(control) => <Input {...control} name="name" required maxLength={60} />}
              </Field>
            )}
          </SettingsForm>
        </div>
      </Dialog>
      <Dialog open={removing !== null} onClose={() => setRemoving(null)} title={t('bots.delete', { name: removing?.name ?? '' })}>
        <div className="flex flex-col gap-4 px-6 pb-6">
          <p>{t('bots.deleteText')}</p>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setRemoving(null)}>{t('action.cancel')}</Button>
            <Button variant="danger" onClick={() => void change(() => api.delete(`/api/bots/${removing!.id}`)).then(() => setRemoving(null))}>
              {t('bots.deleteIt')}
            </Button>
          </div>
        </div>
      </Dialog>
    </main>
  )
}

function Row({ bot, onUp, onDown, onRemove }: { bot: BotRow; onUp: (() => void) | null; onDown: (() => void) | null; onRemove: () => void }) {
  const t = useT()
  const language = useLanguage()
  const number = new Intl.NumberFormat(locale(language))
  const mayWrite = bot.can.includes('write')
  const change = useChange([botsQuery.queryKey])
  const state = bot.version === null ? t('bots.neverPublished') : bot.changed ? t('bots.hasChanges', { n: bot.version }) : t('bots.version', { n: bot.version })
  return (
    <li className={`flex min-h-16 items-center gap-3 px-4 py-2 ${bot.enabled ? '' : 'opacity-80'}`}>
      <input
        type="checkbox"
        checked={bot.enabled}
        disabled={!mayWrite || bot.version === null}
        title={bot.version === null ? t('bots.publishFirst') : undefined}
        aria-label={t('bots.enabled', { name: bot.name })}
        onChange={(event) => {
          const enabled = event.target.checked
          void change(() => api.patch(`/api/bots/${bot.id}`, { enabled }))
        }}
        className="size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0 grow">
        <a
          href={href({ page: 'bots', item: String(bot.id) })}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            open(bot.id)
          }}
          className="block truncate font-medium text-ink no-underline hover:underline"
        >
          {bot.name}
        </a>
        <p className="tabular text-secondary text-ink-3">
          {state} · {bot.runs > 0 ? t('bots.rowFigures', { runs: number.format(bot.runs), answered: number.format(bot.answered), handed: number.format(bot.handed_over), asked: number.format(bot.asked_person) }) : t('bots.noRuns')}
        </p>
        {bot.errors > 0 && <p className="text-secondary text-wrong">{t('bots.errors', { n: bot.errors })}</p>}
      </div>
      {mayWrite && (
        <>
          <span className="flex shrink-0 flex-col">
            <IconButton label={t('bots.earlier', { name: bot.name })} disabled={!onUp} onClick={() => onUp?.()}>
              <ChevronUp size={14} aria-hidden />
            </IconButton>
            <IconButton label={t('bots.later', { name: bot.name })} disabled={!onDown} onClick={() => onDown?.()}>
              <ChevronDown size={14} aria-hidden />
            </IconButton>
          </span>
          <IconButton label={t('bots.delete', { name: bot.name })} onClick={onRemove}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </>
      )}
    </li>
  )
}
