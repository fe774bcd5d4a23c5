import { RotateCcw, SendHorizontal } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { api } from '../api/client'
import { useLanguage, useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button, IconButton } from '../ui/Button'
import { Checkbox, Input, Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'
import { blocksOf } from './flow'
import { LANGUAGES } from './WordsField'
import { blockName } from './names'
import type { Flow, Tried } from './types'

type Line = { by: 'bot'; text: string; choices: readonly string[] } | { by: 'customer' | 'effect'; text: string }

/** The flow as the customer meets it, word by word; nothing is kept and nothing is sent. */
export function TryPanel({ botId, flow, onPath }: { botId: number; flow: Flow; onPath: (ids: readonly string[]) => void }) {
  const t = useT()
  const say = useProblemText()
  const [language, setLanguage] = useState<string>(useLanguage())
  const [channel, setChannel] = useState<'messenger' | 'email'>('messenger')
  const [open, setOpen] = useState(true)
  const [model, setModel] = useState(false)
  const mayAsk = blocksOf(flow).some((block) => block.type === 'answer' && block.words === 'model')
  const starts = blocksOf(flow).filter((block) => block.type === 'start')
  const [start, setStart] = useState(starts[0]?.id ?? '')
  const [lines, setLines] = useState<readonly Line[]>([])
  const [last, setLast] = useState<Tried | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [text, setText] = useState('')
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' }) // gives a promise in newer browsers, which is no clean-up
  }, [lines])

  const tell = async (words: string | null, state: string | null) => {
    setText('')
    const before = state === null ? [] : lines
    const said: Line[] = words === null ? [] : [{ by: 'customer', text: words }]
    try {
      const found = await api.post<Tried>(`/api/bots/${botId}/try`, { flow, state, text: words, block_id: state === null ? start || null : null, language, channel, open, model: model && mayAsk })
      setLast(found)
      onPath(found.path)
      setProblem(null)
      setLines([
        ...before, ...said,
        ...found.messages.map((message): Line => ({ by: 'bot', text: message.text, choices: message.part.choices ?? [] })),
        ...[...found.effects, ...(found.why ? [found.why] : []), ...(found.ended ? [t(`bots.ended.${found.ended}`)] : [])].map((one): Line => ({ by: 'effect', text: one })),
      ])
    } catch (failed) {
      setProblem(failed)
    }
  }
  const restart = () => {
    setLines([])
    setLast(null)
    onPath([])
  }
  const running = last?.state != null
  return (
    <div className="flex min-h-0 grow flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
        <Select aria-label={t('look.language')} value={language} onChange={(event) => setLanguage(event.target.value)} className="w-auto!">
          {LANGUAGES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
        <Select aria-label={t('bots.channel')} value={channel} onChange={(event) => setChannel(event.target.value as 'messenger' | 'email')} className="w-auto!">
          <option value="messenger">{t('channel.messenger')}</option>
          <option value="email">{t('channel.email')}</option>
        </Select>
        {starts.length > 1 && (
          <Select aria-label={t('bots.startAt')} value={start} onChange={(event) => setStart(event.target.value)} className="w-auto! max-w-40">
            {starts.map((block) => (
              <option key={block.id} value={block.id}>
                {blockName(block, t, flow.language)}
              </option>
            ))}
          </Select>
        )}
        <Checkbox label={t('bots.teamThere')} checked={open} onChange={(event) => setOpen(event.target.checked)} />
        {mayAsk && <Checkbox label={t('bots.askModel')} checked={model} onChange={(event) => setModel(event.target.checked)} />}
      </div>
      {problem !== null && <ErrorNote {...say(problem)} />}
      <div role="log" aria-label={t('bots.try')} className="flex min-h-40 grow flex-col gap-2 overflow-y-auto">
        {lines.length === 0 && <p className="text-secondary text-ink-3">{t('bots.tryText')}</p>}
        {lines.map((line, n) =>
          line.by === 'effect' ? (
            <p key={n} className="text-secondary text-ink-3">
              {line.text}
            </p>
          ) : (
            <div key={n} className={`max-w-[85%] rounded-card px-3 py-2 whitespace-pre-wrap ${line.by === 'bot' ? 'self-start bg-panel' : 'self-end bg-accent-soft text-accent-ink'}`}>
              {line.text}
              {line.by === 'bot' && line.choices.length > 0 && (
                <span className="mt-2 flex flex-wrap gap-1">
                  {line.choices.map((choice) => (
                    <button key={choice} type="button" disabled={n !== lines.length - 1 && !running} onClick={() => void tell(choice, last?.state ?? null)} className="target rounded-full border border-line-strong bg-control px-3 text-secondary hover:bg-hover">
                      {choice}
                    </button>
                  ))}
                </span>
              )}
            </div>
          ),
        )}
        {last?.waits_s != null && running && (
          <Button variant="plain" className="self-start" onClick={() => void tell(null, last.state)}>
            {t('bots.letPass', { n: last.waits_s })}
          </Button>
        )}
        <div ref={end} />
      </div>
      {last && Object.keys(last.collected).length > 0 && (
        <dl aria-label={t('bots.collected')} className="grid grid-cols-[auto_1fr] gap-x-3 rounded-card border border-line p-2 text-secondary">
          {Object.entries(last.collected).map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{name}</dt>
              <dd className="truncate">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <form
        className="flex gap-1.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() || !running) void tell(text.trim() || null, last?.state ?? null)
        }}
      >
        <Input aria-label={t('bots.customerSays')} placeholder={t('bots.customerSays')} value={text} maxLength={5000} onChange={(event) => setText(event.target.value)} />
        <IconButton label={t(running || text ? 'bots.send' : 'bots.begin')} type="submit">
          <SendHorizontal size={16} aria-hidden />
        </IconButton>
        <IconButton label={t('bots.restart')} type="button" onClick={restart}>
          <RotateCcw size={16} aria-hidden />
        </IconButton>
      </form>
    </div>
  )
}
