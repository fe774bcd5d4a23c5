import { queryOptions } from '@tanstack/react-query'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'

type Schema = components['schemas']
export type AiSettings = Schema['AiSettings']
export type AiCall = Schema['AiCall']
export type AiAnswer = Schema['AiAnswer']
export type Written = Schema['Written']

export const aiQuery = queryOptions({ queryKey: ['ai'], queryFn: ({ signal }) => api.get<AiSettings>('/api/ai', {}, signal), staleTime: 60_000 })
