import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, BarChart3, CircleAlert, Download, History, LayoutList, MessageSquareText, Plus, Redo2, Rewind, Settings2, SquarePen, TriangleAlert, Undo2, Upload } from 'lucide-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { navigate } from '../app/router'
import { useMedia } from '../app/useMedia'
import { Button, IconButton } from '../ui/Button'
import { Menu, MenuItem } from '../ui/Menu'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { notify } from '../ui/toasts'
import { add, arrange, blocksOf, duplicate, freePlace, heightOf, MAX_BLOCKS, remove, replace, BLOCK_TYPES } from './flow'
import { FlowSettings } from './FlowSettings'
import { FunnelPanel } from './FunnelPanel'
import { BLOCK_ICONS } from './icons'
import { Inspector } from './Inspector'
import { botQuery, botsQuery, funnelQuery, versionsQuery } from './queries'
import { Replays } from './Replays'
import { TryPanel } from './TryPanel'
import type { Block, BlockType, Bot, Flow, FlowProblem } from './types'
import { type Saving, useFlow } from './useFlow'
import { Versions } from './Versions'

const Canvas = lazy(() => import('./Canvas'))
const NONE: ReadonlySet<string> = new Set()
const PANELS = { block: SquarePen, try: MessageSquareText, figures: BarChart3, past: Rewind, versions: History, settings: Settings2 } as const
type Panel = keyof typeof PANELS

/** A bot's flow: drawn, tried, validated as one goes, published. */
export function Builder({ id }: { id: number }) {
  const t = useT()
  const say = useProblemText()
  const bot = useQuery(botQuery(id))
  if (bot.error) return <ErrorNote {...say(bot.error)} onRetry={() => void bot.refetch()} className="m-6" />
  if (!bot.data) return <Skeleton rows={4} className="m-6" />
  return <Editor key={id} bot={bot.data} label={t('bots.builder')} />
}

function Editor({ bot, label }: { bot: Bot; label: string }) {
  const t = useT()
  const mayWrite = bot.can.includes('write')
  const draft = useFlow(bot)
  const [chosen, setChosen] = useState<string | null>(null)
  const [panel, setPanel] = useState<Panel>('block')
  const [tried, setTried] = useState<ReadonlySet<string>>(new Set())
  const [other, setOther] = useState<Flow | null>(null)
  const isNarrow = useMedia('(max-width: 899px)')
  const funnel = useQuery({ ...funnelQuery(bot.id, 30), enabled: panel === 'figures' }).data ?? null
  const { flow, change } = draft
  const shown = other ?? flow
  const block = blocksOf(shown).find((one) => one.id === chosen) ?? null
  const choose = useCallback((one: string | null) => {
    setChosen(one)
    if (one !== null) setPanel((now) => (now === 'try' ? now : 'block'))
  }, [])
  const addBlock = (type: BlockType, from?: { id: string; port: string }) => {
    if (blocksOf(flow).length >= MAX_BLOCKS) return
    const source = from && blocksOf(flow).find((one) => one.id === from.id)
    const lowest = Math.max(0, ...blocksOf(flow).map((one) => (one.y ?? 0) + heightOf(one)))
    const at = source ? { x: source.x ?? 0, y: (source.y ?? 0) + heightOf(source) + 60 } : { x: 0, y: lowest + 60 }
    const made = add(flow, type, freePlace(flow, at, 130), from)
    change(made.flow)
    choose(made.id)
  }
  const removeBlock = (one: string) => {
    change((now) => remove(now, one))
    setChosen(null)
  }
  return (
    <main aria-label={label} className="flex min-h-0 min-w-0 grow flex-col bg-paper">
      <Head bot={bot} draft={draft} mayWrite={mayWrite} onProblem={(one) => one.block_id && choose(one.block_id)} />
      {other && (
        <p role="status" className="flex items-center gap-3 border-b border-line bg-panel px-4 py-1.5 text-secondary">
          {t('bots.looking')}
          <Button variant="plain" onClick={() => setOther(null)}>
            {t('bots.backToDraft')}
          </Button>
        </p>
      )}
      <div className="flex min-h-0 grow max-[899px]:flex-col">
        <div className="flex min-h-0 min-w-0 grow flex-col max-[899px]:min-h-[45%]">
          {mayWrite && !other && <Toolbar draft={draft} onAdd={addBlock} onArrange={() => change((now) => arrange(now))} />}
          <Suspense fallback={<Skeleton rows={4} className="m-6" />}>
            <Canvas
              flow={shown}
              problems={other ? [] : draft.problems}
              chosen={chosen}
              tried={panel === 'try' ? tried : NONE}
              funnel={panel === 'figures' ? funnel : null}
              readOnly={!mayWrite || other !== null}
              onChoose={choose}
              onChange={change}
              onRemove={removeBlock}
            />
          </Suspense>
        </div>
        <aside aria-label={t(`bots.panel.${panel}`)} className={`flex min-h-0 shrink-0 flex-col border-line bg-paper ${isNarrow ? 'h-[55%] border-t' : 'w-[340px] border-l'}`}>
          <div role="tablist" aria-label={t('bots.panels')} className="flex shrink-0 gap-0.5 border-b border-line px-2 py-1">
            {(Object.keys(PANELS) as Panel[]).map((one) => {
              const Icon = PANELS[one]
              return (
                <IconButton key={one} role="tab" aria-selected={panel === one} label={t(`bots.panel.${one}`)} onClick={() => setPanel(one)} className="aria-selected:w-auto! aria-selected:gap-1.5 aria-selected:bg-pressed aria-selected:px-2 aria-selected:text-ink">
                  <Icon size={16} aria-hidden className="shrink-0" />
                  {panel === one && <span className="truncate text-secondary font-medium">{t(`bots.panel.${one}`)}</span>}
                </IconButton>
              )
            })}
          </div>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
          <div role="tabpanel" tabIndex={0} aria-label={t(`bots.panel.${panel}`)} className="flex min-h-0 grow flex-col overflow-y-auto p-4">
            {panel === 'block' &&
              (block && mayWrite && !other ? (
                <Inspector
                  flow={flow}
                  block={block}
                  problems={draft.problems.filter((one) => one.block_id === block.id)}
                  onChange={(next: Block) => change((now) => replace(now, next.id, () => next))}
                  onFlow={change}
                  onAdd={(type, port) => addBlock(type, { id: block.id, port })}
                  onCopy={() => {
                    const made = duplicate(flow, block.id)
                    if (made) {
                      change(made.flow)
                      choose(made.id)
                    }
                  }}
                  onRemove={() => removeBlock(block.id)}
                />
              ) : (
                <p className="text-secondary text-ink-3">{t(mayWrite ? 'bots.chooseBlock' : 'bots.readOnly')}</p>
              ))}
            {panel === 'try' && <TryPanel botId={bot.id} flow={shown} onPath={(ids) => setTried(new Set(ids))} />}
            {panel === 'figures' && <FunnelPanel botId={bot.id} flow={shown} onChoose={setChosen} />}
            {panel === 'past' && <Replays botId={bot.id} />}
            {panel === 'versions' && (
              <Versions
                bot={bot}
                onLoad={(fresh) => {
                  setOther(null)
                  draft.load(fresh)
                }}
                onShow={setOther}
              />
            )}
            {panel === 'settings' && <FlowSettings flow={shown} onChange={change} />}
          </div>
        </aside>
      </div>
    </main>
  )
}

function Head({ bot, draft, mayWrite, onProblem }: { bot: Bot; draft: ReturnType<typeof useFlow>; mayWrite: boolean; onProblem: (problem: FlowProblem) => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [publishing, setPublishing] = useState(false)
  const errors = draft.problems.filter((one) => one.level === 'error')
  const publish = async () => {
    setPublishing(true)
    try {
      if (!(await draft.save())) return
      const fresh = await api.post<Bot>(`/api/bots/${bot.id}/publish`, {})
      client.setQueryData(botQuery(bot.id).queryKey, fresh)
      notify({ text: t(fresh.enabled ? 'bots.published' : 'bots.publishedOff', { n: fresh.version ?? 1 }), seconds: 8 })
      await Promise.all([client.invalidateQueries(versionsQuery(bot.id)), client.invalidateQueries({ queryKey: botsQuery.queryKey, exact: true })])
    } catch (failed) {
      notify({ text: say(failed).text || say(failed).title, tone: 'wrong', seconds: 10 })
    } finally {
      setPublishing(false)
    }
  }
  const exportIt = async () => {
    const file = await api.get<{ name: string }>(`/api/bots/${bot.id}/export`)
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }))
    Object.assign(document.createElement('a'), { href: url, download: `${file.name}.hark-bot.json` }).click()
    URL.revokeObjectURL(url)
  }
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-3 py-1.5">
      <IconButton label={t('bots.all')} onClick={() => navigate({ page: 'bots', item: null }, { search: '' })}>
        <ArrowLeft size={16} aria-hidden />
      </IconButton>
      <h1 className="min-w-16 max-w-fit grow basis-0 truncate font-strong">{bot.name}</h1>
      <SavedMark saving={draft.saving} onReload={() => void api.get<Bot>(`/api/bots/${bot.id}`).then(draft.load)} />
      <span className="grow" />
      {draft.problems.length > 0 && (
        <Menu
          trigger={
            <Button variant="plain">
              <CircleAlert size={15} aria-hidden className={errors.length > 0 ? 'text-wrong' : 'text-ink-3'} />
              {t('bots.problemCount', { n: draft.problems.length })}
            </Button>
          }
        >
          {draft.problems.map((problem, n) => (
            <MenuItem key={n} icon={problem.level === 'error' ? CircleAlert : TriangleAlert} label={<span className={`block whitespace-normal ${problem.level === 'error' ? 'text-wrong' : ''}`}>{problem.message}</span>} onSelect={() => onProblem(problem)} />
          ))}
        </Menu>
      )}
      <IconButton label={t('bots.export')} onClick={() => void exportIt()}>
        <Download size={16} aria-hidden />
      </IconButton>
      {mayWrite && (
        <Button variant="primary" disabled={publishing || errors.length > 0 || draft.saving === 'changed' || (bot.version !== null && !bot.changed && draft.saving === 'saved')} onClick={() => void publish()}>
          <Upload size={16} aria-hidden className="max-[559px]:hidden" />
          {t(bot.version === null ? 'bots.publish' : 'bots.publishAgain')}
        </Button>
      )}
    </header>
  )
}

function SavedMark({ saving, onReload }: { saving: Saving; onReload: () => void }) {
  const t = useT()
  if (saving === 'changed') {
    return (
      <span role="status" className="flex items-center gap-2 text-secondary text-wrong">
        {t('bots.changedMeanwhile')}
        <Button variant="plain" onClick={onReload}>
          {t('bots.takeTheirs')}
        </Button>
      </span>
    )
  }
  return (
    <span role="status" className={`text-secondary ${saving === 'failed' ? 'text-wrong' : 'text-ink-3'}`}>
      {t(`bots.saving.${saving}`)}
    </span>
  )
}

function Toolbar({ draft, onAdd, onArrange }: { draft: ReturnType<typeof useFlow>; onAdd: (type: BlockType) => void; onArrange: () => void }) {
  const t = useT()
  return (
    <div role="toolbar" aria-label={t('bots.tools')} className="flex items-center gap-1 border-b border-line px-3 py-1">
      <Menu
        trigger={
          <Button>
            <Plus size={15} aria-hidden />
            {t('bots.addBlock')}
          </Button>
        }
      >
        {BLOCK_TYPES.map((type) => (
          <MenuItem key={type} icon={BLOCK_ICONS[type]} label={t(`bots.block.${type}`)} onSelect={() => onAdd(type)} />
        ))}
      </Menu>
      <IconButton label={t('bots.undo')} disabled={!draft.undo} onClick={() => draft.undo?.()}>
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('bots.redo')} disabled={!draft.redo} onClick={() => draft.redo?.()}>
        <Redo2 size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('bots.arrange')} onClick={onArrange}>
        <LayoutList size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
