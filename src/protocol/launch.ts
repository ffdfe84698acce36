/** What the gateway hands to a sandbox host to run an instance. */
import { type Static, Type } from '@sinclair/typebox'
import { Instrument } from '../schema/events'
import type { InstanceRates } from '../schema/instance-rates'
import type { AccountSettings, AccountState, PositionState } from '../schema/paper'
import { RiskLimits } from '../schema/risk-limits'
import type { PlacedOrder } from '../trading/accounts/account'
import type { BreakerState } from '../trading/risk/breaker'
import type { RiskTerms } from '../trading/risk/gate'
import { FillSchema, KnownOrder } from './orders'
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
  Sum,
  schemaOf,
  Text,
  TimeMs,
} from './wire'

const AccountTerms = schemaOf<AccountSettings>()(
  exactly({
    model: oneOf('linear', 'spot', 'inverse'),
    cash: Type.Record(Type.String(), Sum),
    cashSetBy: Type.Optional(Text),
    leverage: Sum,
    checkMargin: Type.Boolean(),
    multiplier: Type.Optional(Sum),
    marginPerContract: Type.Optional(Sum),
  }),
)

const Position = schemaOf<PositionState>()(exactly({ quantity: Sum, cost: Sum, realized: Sum }))

const AccountStood = schemaOf<AccountState>()(
  exactly({
    model: oneOf('linear', 'spot', 'inverse'),
    cash: listOf(Type.Tuple([Name, Sum])),
    positions: listOf(Type.Tuple([Name, Position])),
  }),
)

/** An order that the venue has not ended. */
const Placed = schemaOf<PlacedOrder>()(
  exactly({ order: KnownOrder, filledQuantity: Sum, valuedAt: Type.Optional(Sum) }),
)

const ProviderScopeSchema = exactly({
  provider: Name,
  symbols: listOf(Name),
  instruments: listOf(Instrument),
  account: AccountTerms,
  /** What the account is rebuilt from: how it stood once, and what happened since. */
  state: Type.Optional(AccountStood),
  fills: listOf(FillSchema),
  openOrders: listOf(Placed),
})
export type ProviderScope = Static<typeof ProviderScopeSchema>

const Rates = schemaOf<InstanceRates>()(
  exactly({ ordersPerSecond: Duration, logsPerSecond: Duration, logBytesPerSecond: Duration }),
)

const LaunchSpecSchema = exactly({
  instanceId: Name,
  /** The strategy's program component. */
  program: Bytes,
  /** Every declared field, defaults filled in. */
  config: Type.Record(Type.String(), Type.Unknown()),
  dryRun: Type.Boolean(),
  /** In the order of the instance's providers; the first is the default. */
  scope: listOf(ProviderScopeSchema),
  /** JSON of `helpers.state`. */
  state: StateJson,
  /** The linear memory of an earlier run of the same program and engine, to go on from. */
  checkpoint: Type.Optional(Bytes),
  seed: Type.BigInt(),
  /** Its events are of the past: a sleep moves its own clock, and nobody waits. */
  recorded: Type.Boolean(),
  /** A provider of its scope waits for whoever handles its events, this one included: none of them is left out. */
  awaited: Type.Boolean(),
  rates: Rates,
  /** The most CPU time that it may use, as a part of one core; absent: its fair share of what there is. */
  cpuBudget: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
})
export type LaunchSpec = Static<typeof LaunchSpecSchema>

/** What stays of it when the instance runs: its memory and its accounts have gone on since. */
export const onceLaunched = ({ checkpoint: _, ...spec }: LaunchSpec): LaunchSpec => ({
  ...spec,
  scope: spec.scope.map(withoutPast),
})

/** Without what the account was rebuilt from. */
export const withoutPast = ({ state: _, ...scope }: ProviderScope): ProviderScope => ({
  ...scope,
  fills: [],
  openOrders: [],
})

export const Breaker = schemaOf<BreakerState>()(exactly({ breaches: Count, counted: Count, openUntilMs: TimeMs }))

export const RiskTermsSchema = schemaOf<RiskTerms>()(
  exactly({
    limits: Type.Record(Type.String(), RiskLimits),
    halts: Type.Record(Type.String(), Text),
    reducing: Type.Optional(Type.Record(Type.String(), Text)),
    breakers: Type.Optional(Type.Record(Type.String(), Breaker)),
  }),
)

export const LaunchOrderSchema = exactly({
  number: RunNumber,
  spec: LaunchSpecSchema,
  /** Part of client order ids: never the same twice for one instance id. */
  startMs: TimeMs,
  tradingActive: Type.Boolean(),
  risk: RiskTermsSchema,
  /** Market data that has waited for longer is left out but for the newest, ms. */
  maxAgeMs: Duration,
  /** Records of the last trade and ticker of its symbols. */
  market: Bytes,
})
export type LaunchOrder = Static<typeof LaunchOrderSchema>
