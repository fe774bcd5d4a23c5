import { settingsList } from '../queries'

export type Test = { field: string; op: string; value: unknown }
export type Condition = Test | { all: Condition[] } | { any: Condition[] } | { not: Condition }
export type Action = { type: string; [field: string]: unknown }

export type Rule = { id: number; name: string; enabled: boolean; position: number; on_event: string; condition: Condition; actions: Action[]; can?: string[] }

export const rulesQuery = settingsList<Rule>('/api/rules')
