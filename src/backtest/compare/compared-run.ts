/** One of two runs that are compared: one that was just made, or a result in a file, perhaps of another release. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../../errors/failure'
import { readInput } from '../../files/input'
import type { EquityPoint } from '../statistics/equity-points'
import type { DecisionLine } from '../validation/decisions'

const anything = Type.Record(Type.String(), Type.Unknown())

/** What is needed of a trade. */
const ComparedTrade = Type.Object({
  symbol: Type.String(),
  side: Type.String(),
  quantity: Type.String(),
  entryTime: Type.String(),
  exitTime: Type.String(),
  entryPrice: Type.String(),
  exitPrice: Type.String(),
  pnl: Type.String(),
})
export type ComparedTrade = Static<typeof ComparedTrade>

/** Settings as a card shows them; those of earlier releases may lack some. */
export const ShownSettings = Type.Object({
  cash: Type.String(),
  feeBps: Type.Number(),
  makerBps: Type.Number(),
  slippageBps: Type.Number(),
  account: Type.String(),
  fill: Type.String(),
  limit: Type.String(),
  latencyMs: Type.Number(),
  leverage: Type.Number(),
  margin: Type.Boolean(),
  seed: Type.Union([Type.Number(), Type.String()]),
  multiplier: Type.Optional(Type.String()),
  marginPerContract: Type.Optional(Type.String()),
  feePerContract: Type.Optional(Type.String()),
  feeMinimum: Type.Optional(Type.String()),
  accounts: Type.Optional(Type.Union([Type.Literal('own'), Type.Literal('shared')])),
  timeframes: Type.Optional(Type.Array(Type.String())),
  filledOn: Type.Optional(Type.String()),
  warmup: Type.Optional(Type.Number()),
  rules: Type.Optional(Type.Object({ file: Type.String(), sha256: Type.String() })),
})

/** What is needed of a result. */
const ComparedResult = Type.Object({
  strategy: Type.Object({ name: Type.String(), tag: Type.String(), hash: Type.String() }),
  config: anything,
  settings: anything,
  engine: Type.Optional(Type.String()),
  data: Type.Array(Type.Object({ file: Type.String(), sha256: Type.String() })),
  stats: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()])),
  trades: Type.Array(ComparedTrade),
  /** Results of earlier releases have none. */
  equity: Type.Optional(Type.Array(Type.Tuple([Type.Number(), Type.String({ pattern: String.raw`^-?\d+(\.\d+)?$` })]))),
})

export interface ComparedRun {
  /** As the user named it. */
  readonly name: string
  readonly result: Static<typeof ComparedResult>
  /** In which its money is counted; empty of a file, which does not say. */
  readonly currency: string
  /** Over time; empty where it is not known. */
  readonly equity: readonly EquityPoint[]
  /** All its orders and cancels; absent of a file. */
  readonly decisions?: readonly DecisionLine[]
}

/** @throws Failure file_unreadable, usage when the file holds no result of a backtest. */
export function readResult(path: string): ComparedRun {
  const text = new TextDecoder().decode(readInput(path))
  let result: unknown
  try {
    result = JSON.parse(text)
  } catch (error) {
    throw noResult(path, error instanceof Error ? error.message : String(error))
  }
  if (Value.Check(ComparedResult, result)) return { name: path, result, currency: '', equity: result.equity ?? [] }
  const first = Value.Errors(ComparedResult, result).First()
  throw noResult(path, `${first?.path || 'the whole'}: ${first?.message}`)
}

function noResult(path: string, why: string): Failure {
  const advice = 'write one with meltica backtest --json FILE'
  return new Failure('usage', `${path} holds no result of a backtest: ${why}`, {}, advice)
}
