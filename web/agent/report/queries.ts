import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, type Query } from '../api/client'
import type { Page, ReportData } from '../api/types'
import type { BreakdownData, Case, FigureInfo, Saved, Schedule, WallboardData } from './types'

const MINUTE = 60_000

export const summaryQuery = (query: Query) =>
  queryOptions({
    queryKey: ['report', query],
    queryFn: ({ signal }) => api.get<ReportData>('/api/reports/summary', query, signal),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  })

export const figuresQuery = queryOptions({
  queryKey: ['report-figures'],
  queryFn: ({ signal }) => api.get<Page<FigureInfo>>('/api/reports/figures', {}, signal).then((page) => page.items),
  staleTime: 60 * MINUTE,
})

export const breakdownQuery = (query: Query) =>
  queryOptions({
    queryKey: ['report-breakdown', query],
    queryFn: ({ signal }) => api.get<BreakdownData>('/api/reports/breakdown', query, signal),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  })

export const casesQuery = (query: Query) =>
  queryOptions({
    queryKey: ['report-cases', query],
    queryFn: ({ signal }) => api.get<Page<Case>>('/api/reports/cases', query, signal).then((page) => page.items),
  })

export const savedQuery = queryOptions({
  queryKey: ['saved-reports'],
  queryFn: ({ signal }) => api.get<Page<Saved>>('/api/reports/saved', {}, signal).then((page) => page.items),
})

export const schedulesQuery = queryOptions({
  queryKey: ['report-schedules'],
  queryFn: ({ signal }) => api.get<Page<Schedule>>('/api/reports/schedules', {}, signal).then((page) => page.items),
  // What became of a mail that is on its way.
  refetchInterval: ({ state }) => (state.data?.some((one) => one.last.some((mail) => mail.state === 'ready' || mail.state === 'sending')) ? 3_000 : false),
})

export const wallboardKey = ['wallboard'] as const
export const wallboardQuery = (query: Query) =>
  queryOptions({
    queryKey: [...wallboardKey, query],
    queryFn: ({ signal }) => api.get<WallboardData>('/api/reports/wallboard', query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
  })
