import type { components } from '../../shared/api.gen'

type Schema = components['schemas']
export type MapView = Schema['MapView']
export type JourneyMap = Schema['JourneyMap']
export type Flow = Schema['Flow']
export type FlowNode = Flow['nodes'][number]
export type FlowEdge = Flow['edges'][number]
export type Variant = Flow['variants'][number]
export type Cut = Schema['Cut']
export type Before = NonNullable<JourneyMap['before_contact']>
export type MapCase = Schema['MapCase']
export type MapVisit = Schema['MapVisit']

/** A part of the map that was clicked: what is asked of the server, and its name on the page. */
export type Pick = { title: string; ask: Record<string, string>; visits?: boolean }
export type Measure = 'time' | 'cost'

/** A node as it is drawn and listed: of the journey, of an imported log, or a step before the first message. */
export type Shown = { key: string; name: string; visits: number; cases: number; starts: number; ends: number; open: number; time: FlowNode['time']; cost: number; value: number; before?: FlowNode; gaveUp?: number; isBefore: boolean; ours: boolean }
export type ShownEdge = { source: string; target: string; count: number; cases: number; seconds: number; median: number; cost: number; value: number; isBefore: boolean }
