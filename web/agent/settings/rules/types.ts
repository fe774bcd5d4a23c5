import type { components } from '../../../shared/api.gen'
import type { Rule } from '../../api/types'
import { settingsList } from '../queries'

export type RuleRun = components['schemas']['RuleRun']
export type DryRun = components['schemas']['DryRun']

export type Test = { field: string; op: string; value: unknown }
export type Condition = Test | { all: Condition[] } | { any: Condition[] } | { not: Condition }

export const rulesQuery = settingsList<Rule>('/api/rules')
