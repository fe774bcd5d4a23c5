/** What readers look for. Runs are searches of a visit until an answer; shares are 0..1. */
import type { components } from '../../../shared/api.gen'

type Schema = components['schemas']

export type SearchReport = Schema['Searches']
export type Gap = Schema['Gap']
export type Failing = Schema['Failing']
export type Deflection = Schema['Deflection']
