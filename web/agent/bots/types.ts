import type { components } from '../../shared/api.gen'

type Schema = components['schemas']
export type Flow = Schema['BotFlow']
/** Fields with a default are optional to send and always there to read. */
type Whole<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }
export type Block = Whole<NonNullable<Flow['blocks']>[number]>
export type BlockType = Block['type']
export type BlockOf<T extends BlockType> = Extract<Block, { type: T }>
export type Words = Record<string, string>
export type FlowProblem = Schema['FlowProblem']
export type Bot = Schema['Bot']
export type BotRow = Schema['BotRow']
export type BotVersion = Schema['BotVersion']
export type Funnel = Schema['Funnel']
export type Replay = Schema['Replay']
export type Tried = Schema['TriedFlow']
export type Trouble = Schema['Trouble']
export type RunCard = Schema['RunCard']
