import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Maximize2, Minimize2, Moon, Sun } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { duration } from '../../shared/time'
import { keys } from '../api/queries'
import { useLanguage, useT } from '../app/i18n'
import { useDirectory } from '../app/me'
import { Person, useStateOf } from '../app/Person'
import { applyTheme, setPreference, usePreference } from '../app/preferences'
import { useProblemText } from '../app/problems'
import { href, navigate, useSearch } from '../app/router'
import { useMedia } from '../app/useMedia'
import { IconButton } from '../ui/Button'
import { Select } from '../ui/Field'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { sayValue } from './figures'
import { wallboardKey, wallboardQuery } from './queries'
import { ownZone } from './state'
import type { WallboardData } from './types'

/** However much happens, the board asks at most this often. */
const CALM_MS = 5_000

/** A screen on the wall: the queue at this moment, readable from five metres, kept live by the socket. */
export default function Wallboard() {
  const t = useT()
  const say = useProblemText()
  const board = useRef<HTMLDivElement>(null)
  const { teams } = useDirectory()
  const team = new URLSearchParams(useSearch()).get('team') ?? ''
  const wall = useQuery(wallboardQuery({ team_id: team, time_zone: ownZone() }))
  const isFull = useFullScreen()
  useFollowing()
  const chooseTeam = (id: string) => navigate({ page: 'reports', section: 'wallboard', item: null }, { search: id ? `?team=${encodeURIComponent(id)}` : '', replace: true })
  return (
    <div ref={board} className="flex min-h-0 grow flex-col overflow-y-auto bg-paper p-[clamp(16px,2.2vw,48px)]">
      <header className="flex items-center gap-2">
        <h1 className="grow text-title font-strong">{t('reports.wallboard')}</h1>
        {teams.length > 0 && (
          <Select aria-label={t('reports.by.team')} value={team} onChange={(event) => chooseTeam(event.target.value)} className="w-auto! max-w-52">
            <option value="">{t('report.allTeams')}</option>
            {teams.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        <ThemeButton />
        <IconButton label={t(isFull ? 'reports.leaveFull' : 'reports.fullScreen')} onClick={() => void (isFull ? document.exitFullscreen() : board.current?.requestFullscreen())}>
          {isFull ? <Minimize2 size={18} aria-hidden /> : <Maximize2 size={18} aria-hidden />}
        </IconButton>
      </header>
      {wall.error && <ErrorNote {...say(wall.error)} onRetry={() => void wall.refetch()} className="mt-4" />}
      {wall.isPending && !wall.error && <Skeleton rows={4} />}
      {wall.data && <Board wall={wall.data} teamId={team ? Number(team) : null} />}
    </div>
  )
}

function Board({ wall, teamId }: { wall: WallboardData; teamId: number | null }) {
  const t = useT()
  const language = useLanguage()
  const now = useSeconds()
  const longest = wall.longest_since === null ? null : Math.max(0, (now - new Date(wall.longest_since).getTime()) / 1000)
  const due = wall.next_due_at === null ? null : (new Date(wall.next_due_at).getTime() - now) / 1000
  const money = (minor: number) => sayValue(minor, 'minor', wall.currency, language)
  const reply = (seconds: number | null) => (seconds === null ? '–' : duration(seconds, language))
  return (
    <>
      <div className="mt-[2vh] grid grow auto-rows-fr grid-cols-3 gap-[clamp(12px,1.4vw,28px)] max-[1023px]:grid-cols-2 max-[479px]:grid-cols-1">
        <Tile label={t('reports.wall.waiting')} note={t('reports.wall.unassigned', { n: wall.unassigned })}>
          {wall.waiting}
        </Tile>
        <Tile label={t('reports.wall.longest')} heat={longest !== null && longest > 3600} note={wall.longest_id ? <CaseLink id={wall.longest_id} number={wall.longest_number ?? 0} /> : t('reports.wall.nobody')}>
          {longest === null ? '–' : duration(longest, language)}
        </Tile>
        <Tile label={t('reports.wall.price')} note={t('reports.wall.priceText')}>
          {money(wall.price_per_hour_minor)}
        </Tile>
        <Tile
          label={t('reports.wall.risk')}
          heat={wall.at_risk + wall.broken > 0}
          note={
            <>
              {wall.broken > 0 && <strong className="text-heat-5">{t('reports.wall.broken', { n: wall.broken })} </strong>}
              {due !== null && due > 0 ? t('reports.wall.nextDue', { time: duration(due, language) }) : wall.broken === 0 && t('reports.wall.noRisk')}
            </>
          }
        >
          {wall.at_risk}
        </Tile>
        <Tile label={t('reports.wall.firstReply')} note={t('reports.wall.lastWeek', { time: reply(wall.first_reply_before.median) })}>
          {reply(wall.first_reply.median)}
        </Tile>
        <Tile label={t('reports.wall.today')} note={t('reports.wall.resolved', { n: wall.resolved_today })}>
          {wall.received_today}
        </Tile>
      </div>
      <Here teamId={teamId} />
    </>
  )
}

function Tile({ label, note, heat = false, children }: { label: string; note: ReactNode; heat?: boolean; children: ReactNode }) {
  return (
    <section className="flex min-h-40 flex-col justify-center rounded-card border border-line bg-panel p-[clamp(16px,1.8vw,40px)]">
      <h2 className="text-[clamp(15px,1.5vw,30px)] leading-tight font-medium text-ink-2">{label}</h2>
      <p className={`tabular text-[clamp(40px,6vw,136px)] leading-[1.15] font-strong tracking-tight whitespace-nowrap ${heat ? 'text-heat-5' : ''}`}>{children}</p>
      <p className="tabular text-[clamp(13px,1.25vw,26px)] leading-snug text-ink-3">{note}</p>
    </section>
  )
}

function CaseLink({ id, number }: { id: string; number: number }) {
  const to = { page: 'inbox', conversation: id } as const
  return (
    <a
      href={href(to)}
      className="text-ink-2 underline-offset-3"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        navigate(to, { search: '' })
      }}
    >
      #{number}
    </a>
  )
}

/** Who is here now, of the team that is shown; presence comes by the socket. */
function Here({ teamId }: { teamId: number | null }) {
  const t = useT()
  const { agents } = useDirectory()
  const people = agents.filter((agent) => !agent.disabled_at && (teamId === null || agent.team_ids.includes(teamId)))
  return (
    <section aria-label={t('reports.wall.here')} className="mt-[2vh] flex flex-wrap items-center gap-x-[1.4vw] gap-y-2 text-[clamp(14px,1.3vw,26px)]">
      <h2 className="font-medium text-ink-2">{t('reports.wall.here')}</h2>
      <ul className="flex flex-wrap gap-x-[1.4vw] gap-y-2">
        {people.map((agent) => (
          <Present key={agent.id} id={agent.id} name={agent.name} />
        ))}
      </ul>
    </section>
  )
}

function Present({ id, name }: { id: number; name: string }) {
  const t = useT()
  const state = useStateOf(id)
  if (state === 'offline') return null
  return (
    <li className="inline-flex items-center gap-2">
      <Person id={id} size={32} />
      {name}
      {state !== 'online' && <span className="text-ink-3">{t(`presence.${state}`)}</span>}
    </li>
  )
}

function ThemeButton() {
  const t = useT()
  const [theme] = usePreference('theme')
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const isDark = theme === 'dark' || (theme !== 'light' && systemDark)
  return (
    <IconButton
      label={t(isDark ? 'command.light' : 'command.dark')}
      onClick={() => {
        setPreference('theme', isDark ? 'light' : 'dark')
        applyTheme()
      }}
    >
      {isDark ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
    </IconButton>
  )
}

/** What the socket tells the caches makes the board ask again, at most every few seconds. */
function useFollowing(): void {
  const client = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = client.getQueryCache().subscribe((event) => {
      const isNews = event.type === 'updated' && event.action.type === 'invalidate' && event.query.queryKey[0] === keys.counters[0]
      if (!isNews || timer) return
      timer = setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: wallboardKey })
      }, CALM_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [client])
}

function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

function useFullScreen(): boolean {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  return isFull
}
