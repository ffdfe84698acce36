/**
 * What the gateway and a sandbox host say to each other. One batch is in flight per host: what gathers until it was
 * worked is the next one. Instances are known by number, a new one for each start, so that what comes late from an
 * earlier start is recognised. The types are those of the schemas, which both sides check what they hear against.
 */
import { type Static, Type } from '@sinclair/typebox'
import { LaunchOrderSchema, RiskTermsSchema } from './launch'
import { AccountEffectSchema } from './orders'
import { ActSchema, type Answers, CountsSchema, NumberedLine, SettledFields } from './reported'
import { Bytes, Count, Duration, EngineHash, exactly, listOf, Name, RunNumber, StateJson, Text } from './wire'

const HostSettingsSchema = exactly({
  /** How often `helpers.state` is looked at and sent when it changed. */
  saveEveryMs: Duration,
  /** Events waiting for one instance, beyond which market data is conflated and dropped. */
  maxWaiting: Count,
  /** Bytes of them, beyond which it is done as well. */
  maxWaitingBytes: Count,
  /** CPU time of its instances that another host may have to spend again to come to where it was, ms. */
  mostRedoMs: Duration,
})
export type HostSettings = Static<typeof HostSettingsSchema>

/** See version.ts. What else is in it is for those who agree so far. */
const GreetingFields = { kind: Type.Literal('hello'), protocol: Type.Number(), build: Type.String({ maxLength: 256 }) }

const OwnRecordSchema = exactly({
  /** Index of the record within the batch. */
  at: Count,
  number: RunNumber,
  /** Absent for flags and notices, and for reports that the instance's accounts hold already. */
  effect: Type.Optional(AccountEffectSchema),
  /** The number in the journal of the report that it is; absent: it is none, or in no journal. */
  report: Type.Optional(Count),
})
/** A record of a batch that is for one instance alone. */
export type OwnRecord = Static<typeof OwnRecordSchema>

const KeptInstance = exactly({
  number: RunNumber,
  /** Nobody goes on from what was kept of another one. */
  instanceId: Name,
  /** How often another program has taken its place: a further one was never answered, and is asked for again. */
  rolls: Count,
  /** How much was told of it, as in `acts` and `logs`: it does not go on from a checkpoint that is ahead of that. */
  acts: Count,
  lines: Count,
  /** It plays a recording, and goes on behind so many batches, as the recording does; absent: where it was. */
  upTo: Type.Optional(Count),
})
export type KeptInstance = Static<typeof KeptInstance>

const RequestSchema = Type.Union([
  exactly({ kind: Type.Literal('launch'), launch: LaunchOrderSchema }),
  /** Puts another program in the place of the one that runs under the same number, and goes on with its events and state. */
  exactly({ kind: Type.Literal('roll'), launch: LaunchOrderSchema }),
  /** With `unlessAsleep` one that sleeps stays as it is, and does no more here: a host goes on for this one later. */
  exactly({ kind: Type.Literal('stop'), number: RunNumber, unlessAsleep: Type.Optional(Type.Literal(true)) }),
  /** From now on all that it is told is kept in a folder, in the place of what is there. */
  exactly({ kind: Type.Literal('record'), path: Text }),
  /**
   * Comes to where the host was that has kept that folder, and waits there for `goOn`; before anything else is asked of it.
   * Before it answers it says again what there was to tell of each instance, and its `state` as it stood last.
   */
  exactly({ kind: Type.Literal('recover'), path: Text, keep: listOf(KeptInstance) }),
  exactly({ kind: Type.Literal('compile'), number: RunNumber, source: Bytes }),
])
export type Request = Static<typeof RequestSchema>

/** By kind. */
export const TO_HOST = {
  hello: Type.Object({ ...GreetingFields, settings: HostSettingsSchema }),
  /** The one folder that it may touch from now on, before anything is asked of it; else it is that of the first request, if that names one. */
  confine: exactly({ kind: Type.Literal('confine'), folder: Text }),
  request: exactly({ kind: Type.Literal('request'), id: Count, request: RequestSchema }),
  /** Word records: what the words mean that are named from here on. They follow those of earlier such messages. */
  words: exactly({ kind: Type.Literal('words'), records: Bytes }),
  batch: exactly({
    kind: Type.Literal('batch'),
    /** When it was sent, ms of the gateway's own clock, which only goes forward. */
    atMs: Type.Number(),
    records: Bytes,
    own: listOf(OwnRecordSchema),
  }),
  /** From now on, whatever waits: a kill does not queue. */
  risk: exactly({ kind: Type.Literal('risk'), number: RunNumber, terms: RiskTermsSchema }),
  /**
   * What no death of the gateway takes away any more: so many of what it was told of instances on this link (acts, logs,
   * handled, state, failed), and that no recording goes back to before so many batches.
   */
  kept: exactly({ kind: Type.Literal('kept'), messages: Count, batches: Count }),
  /**
   * From now on it keeps what nobody needs any more to go on from: for so long, ms, and as long as all that it keeps has no
   * more bytes than that.
   */
  retain: exactly({ kind: Type.Literal('retain'), forMs: Duration, bytes: Count }),
  /** What it has recovered is taken: from here on it goes by its clocks. */
  goOn: exactly({ kind: Type.Literal('goOn') }),
  ping: exactly({ kind: Type.Literal('ping') }),
}

/** By kind. */
export const FROM_HOST = {
  hello: Type.Object(GreetingFields),
  /** It is warm and takes work. */
  ready: exactly({ kind: Type.Literal('ready'), engineHash: EngineHash }),
  /** Checked against what was asked when it is known: `ANSWERS`. */
  answer: exactly({
    kind: Type.Literal('answer'),
    id: Count,
    answer: Type.Unsafe<Answers[keyof Answers]>(Type.Unknown()),
  }),
  /** `refusal`: the strategy's fault. Otherwise ours, with its stack. */
  failure: exactly({ kind: Type.Literal('failure'), id: Count, refusal: Type.Boolean(), message: Text }),
  acts: exactly({
    kind: Type.Literal('acts'),
    number: RunNumber,
    /** How many acts of the instance there were before these, since its launch. */
    first: Count,
    acts: listOf(ActSchema),
    ...SettledFields,
  }),
  logs: exactly({ kind: Type.Literal('logs'), lines: listOf(NumberedLine) }),
  state: exactly({ kind: Type.Literal('state'), number: RunNumber, state: StateJson }),
  failed: exactly({ kind: Type.Literal('failed'), number: RunNumber, reason: Text }),
  counts: exactly({ kind: Type.Literal('counts'), counts: listOf(CountsSchema) }),
  /** Own records of each instance that were handled so far, and its state where that has changed. */
  handled: exactly({
    kind: Type.Literal('handled'),
    own: listOf(exactly({ number: RunNumber, ...SettledFields })),
  }),
  /**
   * The batch was worked, or is left `behind` for instances that cannot keep up: the next one, please. It is those that
   * are `awaited` that count; who sleeps cannot keep up either.
   */
  worked: exactly({ kind: Type.Literal('worked'), behind: Type.Boolean() }),
  /** What was left behind is worked. */
  caughtUp: exactly({ kind: Type.Literal('caughtUp') }),
  pong: exactly({ kind: Type.Literal('pong') }),
  /** What it is told is not kept any more: nobody could go on for it. */
  unrecorded: exactly({ kind: Type.Literal('unrecorded'), reason: Text }),
  /** It has rights that it should have given up: which parts of the wall around it are missing, and why. */
  unconfined: exactly({ kind: Type.Literal('unconfined'), missing: listOf(Text) }),
  /** It does not come up. */
  broken: exactly({ kind: Type.Literal('broken'), message: Text }),
}

export type ToHost = Static<(typeof TO_HOST)[keyof typeof TO_HOST]>
export type FromHost = Static<(typeof FROM_HOST)[keyof typeof FROM_HOST]>
