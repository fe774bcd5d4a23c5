import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { type EChartsType, init, use as register } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import type { Language } from '../../shared/i18n'
import { duration, locale } from '../../shared/time'
import { type Translate, useLanguage, useT } from '../app/i18n'
import { useMedia } from '../app/useMedia'
import { usePreference } from '../app/preferences'
import { sayValue } from './figures'
import { dense, type Days, steps } from './period'
import type { Interval } from '../api/types'
import type { Figure } from './types'

register([LineChart, BarChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])

type Props = { figure: Figure; interval: Interval; currency: string; zone: string; days: Days; before: Days | null }

/** The period as a line (counts as bars), the comparison period dashed behind it. */
export default function Chart(props: Props) {
  const t = useT()
  const language = useLanguage()
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const [theme] = usePreference('theme')
  const isDark = useMedia('(prefers-color-scheme: dark)')
  const isStill = useMedia('(prefers-reduced-motion: reduce)')

  useEffect(() => {
    const instance = init(host.current!, undefined, { renderer: 'canvas' })
    chart.current = instance
    const observer = new ResizeObserver(() => instance.resize())
    observer.observe(host.current!)
    return () => {
      observer.disconnect()
      instance.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    chart.current?.setOption(options(props, t, language, isStill), true)
    // The theme is read from the style sheet when the options are made.
  }, [props, t, language, isStill, theme, isDark])
  return <div ref={host} role="img" aria-label={t('report.chart')} className="h-60 w-full px-2" />
}

/** A token of the style sheet as a colour the canvas understands. */
function token(name: string): string {
  const probe = document.createElement('canvas').getContext('2d')!
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  probe.fillRect(0, 0, 1, 1)
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
  return `rgb(${r}, ${g}, ${b})`
}

function resolved(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color.startsWith('rgb') ? color : token(name)
}

function options({ figure, interval, currency, zone, days, before }: Props, t: Translate, language: Language, isStill: boolean) {
  const isBar = figure.unit === 'count' || figure.unit === 'minor'
  const colors = { accent: resolved('--accent'), faint: resolved('--ink-faint'), ink: resolved('--ink'), second: resolved('--ink-3'), line: resolved('--line'), float: resolved('--float') }
  const say = (value: number | null) => sayValue(value, figure.unit, currency, language)
  const short = (value: number) => (figure.unit === 'seconds' ? duration(value, language) : say(value))
  const at = steps(days, interval)
  const labels = at.map((step) => stepName(step, interval, language))
  const values = dense(figure.series, at, figure.unit, interval, zone)
  const valuesBefore = before ? dense(figure.series_before, steps(before, interval), figure.unit, interval, zone) : []
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: colors.second }
  return {
    animation: !isStill,
    animationDuration: 120,
    aria: { enabled: true },
    grid: { left: 12, right: 12 + 7 * Math.max(t('report.now').length, t('report.before').length), top: 24, bottom: 8, containLabel: true },
    tooltip: {
      trigger: 'axis',
      // Drawn on the canvas: a tooltip of HTML would need inline styles.
      renderMode: 'richText',
      backgroundColor: colors.float,
      borderColor: colors.line,
      textStyle: { ...font, fontSize: 13, color: colors.ink },
      formatter: (points: { dataIndex: number }[]) => {
        const index = points[0]?.dataIndex ?? 0
        const [now, then] = [values[index] ?? null, valuesBefore[index] ?? null]
        return [labels[index] ?? '', `${t('report.now')}  ${say(now)}`, ...(before ? [`${t('report.before')}  ${say(then)}`] : [])].join('\n')
      },
    },
    xAxis: {
      type: 'category',
      data: labels,
      boundaryGap: isBar,
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { ...font, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...scale(figure.unit, Math.max(0, ...[...values, ...valuesBefore].map((value) => value ?? 0))),
      splitLine: { lineStyle: { color: colors.line } },
      axisLabel: { ...font, formatter: short },
    },
    series: [
      {
        name: t('report.before'),
        type: 'line',
        data: labels.map((_, index) => valuesBefore[index] ?? null),
        showSymbol: false,
        connectNulls: true,
        lineStyle: { type: 'dashed', width: 1.5, color: colors.faint },
        itemStyle: { color: colors.faint },
        endLabel: { show: before !== null, formatter: t('report.before'), ...font },
        labelLayout: { moveOverlap: 'shiftY' },
      },
      {
        name: t('report.now'),
        type: isBar ? 'bar' : 'line',
        data: values,
        showSymbol: values.length < 40,
        symbolSize: 5,
        connectNulls: true,
        barMaxWidth: 28,
        itemStyle: { color: colors.accent, borderRadius: isBar ? [3, 3, 0, 0] : 0 },
        lineStyle: { width: 2, color: colors.accent },
        ...(isBar ? {} : { endLabel: { show: true, formatter: t('report.now'), ...font, color: colors.accent }, labelLayout: { moveOverlap: 'shiftY' } }),
      },
    ],
  }
}

/** Ticks people can read: whole minutes, hours or days for times, always from zero. */
function scale(unit: Figure['unit'], top: number): { max?: number; interval?: number; splitNumber?: number } {
  if (unit === 'share') return { max: 1, interval: 0.25 }
  if (unit !== 'seconds' || top === 0) return { splitNumber: 4 }
  const intervals = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 30 * 86_400]
  const interval = intervals.find((step) => top / step <= 5) ?? 90 * 86_400
  return { interval, max: Math.ceil(top / interval) * interval }
}

function stepName(step: string, interval: Interval, language: Language): string {
  if (interval === 'hour') return `${step.slice(11)}:00`
  const format: Intl.DateTimeFormatOptions = interval === 'month' ? { month: 'short', year: '2-digit' } : { day: 'numeric', month: 'short' }
  return new Intl.DateTimeFormat(locale(language), { ...format, timeZone: 'UTC' }).format(new Date(`${step}T00:00Z`))
}
