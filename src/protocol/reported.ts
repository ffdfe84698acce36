/** What comes back of an instance: what it did, said and used. */
import { type Static, type TObject, Type } from '@sinclair/typebox'
import { HANDLERS } from '../sandbox/layout'
import type { Started } from '../sandbox/sandbox'
import type { Compilation, Diagnostic, Metadata, Warning } from '../schema/metadata'
import { STRATEGY_NAME_PATTERN, TAG_PATTERN } from '../schema/names'
import { CONFIG_TYPES, EVENT_TYPES } from '../schema/strategy-words'
import type { Breach } from '../trading/risk/breach'
import type { Refusal } from '../trading/risk/gate'
import { Breaker } from './launch'
import { NewOrder } from './orders'
import {
  Bytes,
  Count,
  Duration,
  exactly,
  listOf,
  Name,
  oneOf,
  RunNumber,
  StateJson,
  schemaOf,
  Text,
  TimeMs,
} from './wire'

const Line = {
  level: oneOf('info', 'warn', 'error'),
  /** `strategy`: what it printed; `host`: what is said of it. */
  source: oneOf('strategy', 'host'),
  message: Text,
  /** By the clock of the machine. */
  timeMs: TimeMs,
}
export type LogLine = Readonly<Static<TObject<typeof Line>>>
/** `place`: which of the lines of the instance it is, from 0 on. */
export const NumberedLine = exactly({ ...Line, number: RunNumber, place: Count })

const Stats = {
  events: Count,
  /** Dropped or conflated because the instance could not keep up. */
  dropped: Count,
  /** How many of the dropped have left their place to a newer one of the same kind and symbol. */
  conflated: Count,
  /** How much older the oldest market event that it has not handled is than the newest that is there, ms. */
  lagMs: Duration,
  errors: Count,
  orders: Count,
  skippedOrders: Count,
  logs: Count,
  /** How many of the lines were left out because there were too many within a second. */
  droppedLogs: Count,
  /** CPU time that its code has used, ms. */
  cpuMs: Duration,
}
export type InstanceStats = Readonly<Static<TObject<typeof Stats>>>
const CountsFields = {
  number: RunNumber,
  /** When it was started: the program that a roll puts in its place counts anew. */
  startMs: TimeMs,
  /** The errors after which it has gone on: all but the one that ended it. */
  exceptions: Count,
  ...Stats,
}
export const CountsSchema = exactly(CountsFields)
export type Counts = Static<typeof CountsSchema>

/** The counts of an instance that has not begun. */
export const NOTHING_COUNTED: InstanceStats = {
  events: 0,
  dropped: 0,
  conflated: 0,
  lagMs: 0,
  cpuMs: 0,
  errors: 0,
  orders: 0,
  skippedOrders: 0,
  logs: 0,
  droppedLogs: 0,
}

const BreachSchema = schemaOf<Breach>()(
  exactly({
    type: oneOf(
      'KILL_SWITCH',
      'REDUCING',
      'CIRCUIT_BREAKER',
      'RATE_LIMIT',
      'ORDER_TYPE',
      'ORDER_VALIDATION',
      'PRICE_BAND',
      'POSITION_LIMIT',
      'NOTIONAL_LIMIT',
      'CONCURRENCY',
      'PRICE_COLLAR',
      'TOTAL_POSITION_LIMIT',
      'TOTAL_NOTIONAL_LIMIT',
      'TOTAL_CONCURRENCY',
    ),
    reason: Text,
    metrics: Type.Record(Type.String({ maxLength: 64 }), Text, { maxProperties: 32 }),
  }),
)

const RefusalSchema = schemaOf<Refusal>()(
  exactly({ breach: BreachSchema, breaker: Breaker, kill: Type.Optional(Text) }),
)

const RefusedFields = {
  provider: Name,
  symbol: Name,
  refusal: RefusalSchema,
  timeMs: TimeMs,
  /** It was made on being told of another one: to tell of this as well could go on for ever. */
  untold: Type.Boolean(),
}
/** An order that a risk limit or a kill switch has refused. */
export type RefusedOrder = Readonly<Static<TObject<typeof RefusedFields>>>

export const ActSchema = Type.Union([
  exactly({ kind: Type.Literal('ordered'), order: NewOrder, timeMs: TimeMs }),
  exactly({ kind: Type.Literal('cancelled'), provider: Name, clientOrderId: Name, timeMs: TimeMs }),
  exactly({ kind: Type.Literal('skipped'), order: NewOrder, timeMs: TimeMs }),
  exactly({ kind: Type.Literal('refused'), ...RefusedFields }),
])
/** What a strategy did. */
export type Act = Static<typeof ActSchema>

export const SettledFields = {
  /** Own records that were handled since its launch, the one that acts here included. */
  handled: Count,
  /** JSON of `helpers.state`, when it has changed. */
  state: Type.Optional(StateJson),
}
/** What leaves together, so that after a kill of anything none of it is there without the rest. */
export type Settled = Readonly<Static<TObject<typeof SettledFields>>>

const StoppedSchema = exactly({
  state: StateJson,
  /** Absent when the sandbox was asleep or broken. */
  checkpoint: Type.Optional(Bytes),
  /** It is not stopped, for it sleeps. */
  asleep: Type.Optional(Type.Literal(true)),
})
export type Stopped = Static<typeof StoppedSchema>

const StartedSchema = schemaOf<Started>()(
  exactly({ handlers: listOf(oneOf(...HANDLERS), { maxItems: HANDLERS.length }), crossProvider: Type.Boolean() }),
)

/** The registry makes folders and files of the names, so that they are held against their grammar on this side, too. */
const CheckedMetadata = schemaOf<Metadata>()(
  exactly({
    name: Type.String({ pattern: STRATEGY_NAME_PATTERN }),
    tag: Type.String({ pattern: `^$|${TAG_PATTERN}` }),
    displayName: Text,
    description: Text,
    config: listOf(
      exactly({
        name: Name,
        type: oneOf(...CONFIG_TYPES),
        description: Type.Optional(Text),
        default: Type.Optional(Type.Unknown()),
        required: Type.Boolean(),
        options: Type.Optional(listOf(Text)),
      }),
    ),
    events: listOf(oneOf(...EVENT_TYPES), { maxItems: EVENT_TYPES.length }),
  }),
)

const place = {
  message: Text,
  file: Type.Optional(Text),
  line: Type.Optional(Count),
  column: Type.Optional(Count),
  path: Type.Optional(Text),
  hint: Type.Optional(Text),
}

const Warnings = listOf(schemaOf<Warning>()(exactly({ stage: Type.Literal('validation'), ...place })))

const CompilationSchema = schemaOf<Compilation>()(
  Type.Union([
    exactly({
      program: Bytes,
      metadata: CheckedMetadata,
      warnings: Warnings,
      absent: Warnings,
    }),
    exactly({
      diagnostics: listOf(
        schemaOf<Diagnostic>()(exactly({ stage: oneOf('compile', 'execute', 'validation'), ...place })),
      ),
    }),
  ]),
)

const RecoveredInstance = exactly({
  number: RunNumber,
  started: StartedSchema,
  /** How much of it there is to tell since its launch: as in `acts`, `logs` and `handled`. */
  acts: Count,
  lines: Count,
  handled: Count,
  /** The number in the journal of the last report that it was given; 0 for none. */
  reported: Count,
  /** Own records that it was given and has not handled, oldest first: the number of the report in the journal, or 0. */
  waiting: listOf(Count),
})
export type RecoveredInstance = Static<typeof RecoveredInstance>

const RecoveredSchema = exactly({
  /** How many batches it has had, those of its predecessors included. */
  batches: Count,
  /** Word records of all words that it knows. */
  words: Bytes,
  /** As in `worked`: of what was left of them. */
  behind: Type.Boolean(),
  /** Those that go on. */
  instances: listOf(RecoveredInstance),
  /** Those that do not, and why: what was kept of them is damaged, or differs from what comes of it. */
  lost: listOf(
    exactly({
      number: RunNumber,
      reason: Text,
      /** It would do something else than it did. */
      differs: Type.Optional(Type.Literal(true)),
    }),
  ),
})
export type Recovered = Static<typeof RecoveredSchema>

/** What a request is answered with, by its kind. */
export interface Answers {
  readonly record: true
  readonly recover: Recovered
  readonly launch: Started
  readonly roll: Started
  readonly stop: Stopped
  readonly compile: Compilation
}

export const ANSWERS = {
  record: Type.Literal(true),
  recover: RecoveredSchema,
  launch: StartedSchema,
  roll: StartedSchema,
  stop: StoppedSchema,
  compile: CompilationSchema,
}
