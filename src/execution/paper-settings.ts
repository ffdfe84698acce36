/** The paper exchange of a provider: the `paper` part of its config, with every default. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../errors/failure'
import type { Instrument } from '../schema/events'
import { sentence } from '../schema/mismatch'
import type { AccountSettings, FillRules } from '../schema/paper'
import { AMOUNT_PATTERN } from '../schema/risk-limits'
import { decimalText } from '../schema/risk-set'
import { words } from '../schema/words'
import { contractOf } from '../trading/contract'
import { rateProblem } from '../trading/rates'
import { amountProblem, contradictions, TERM_AMOUNTS } from '../trading/terms'

/** What it may be is checked apart, for the words that say it. */
const decimal = (description: string) => Type.Union([Type.String(), Type.Number()], { description })

/** Defaults are given below: one in the schema would also fill in what stands in for another. */
const PaperConfig = Type.Partial(
  Type.Object({
    account: words(['linear', 'inverse', 'spot'], {
      description: 'inverse: settled in the base currency; spot: what is not there cannot be sold',
    }),
    cash: Type.Record(Type.String({ pattern: '^.+$' }), decimal('Opening balance'), { additionalProperties: false }),
    leverage: decimal('Initial margin is notional / leverage'),
    checkMargin: Type.Boolean(),
    multiplier: decimal('Units that a contract stands for'),
    marginPerContract: decimal('Initial margin of each contract, instead of notional / leverage'),
    feeBps: decimal('Of the notional, for maker and taker'),
    makerBps: decimal('Instead of feeBps; below zero it is a rebate'),
    takerBps: decimal('Instead of feeBps'),
    feePerContract: decimal('Of each contract or share filled, instead of feeBps'),
    feeMinimum: decimal('What an order that is filled pays at least'),
    slippageBps: decimal('Against the taker'),
    latencyMs: Type.Integer({ minimum: 0, maximum: 3_600_000 }),
    fill: words(['next', 'same']),
    limit: words(['through', 'touch']),
  }),
  { additionalProperties: false },
)
type PaperConfig = Static<typeof PaperConfig>

const RATES = ['feeBps', 'makerBps', 'takerBps', 'slippageBps'] as const
const AMOUNT = new RegExp(AMOUNT_PATTERN)

const DEFAULT_CASH = '10000'
const DEFAULT_FEE_BPS = '10'

export interface PaperSettings {
  readonly model: AccountSettings['model']
  readonly rules: FillRules
  /** @param instruments what it trades: each settlement currency gets the default cash unless the config names the cash. */
  readonly accountFor: (instruments: readonly Instrument[]) => AccountSettings
}

/** @throws Failure invalid_provider, naming every wrong setting. */
export function paperSettings(given: unknown): PaperSettings {
  const config = given ?? {}
  const wrong = [
    ...[...Value.Errors(PaperConfig, config)].map((error) => ({ path: error.path, message: sentence(error) })),
    ...amountProblems(config),
    ...contradictions(config, (term) => `paper.${term}`).map(({ term, message }) => ({ path: `/${term}`, message })),
  ]
  const problems = wrong.map(({ path, message }) => ({ path: `paper${path.replaceAll('/', '.')}`, message }))
  if (!Value.Check(PaperConfig, config) || problems.length > 0) {
    const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new Failure('invalid_provider', text, { problems })
  }
  const { account: model = 'linear' } = config
  return { model, rules: rulesOf(config), accountFor: (instruments) => accountOf(config, instruments) }
}

/** What is wrong with the decimals of a config, as far as they are any. */
function amountProblems(config: object): { path: string; message: string }[] {
  const { cash, leverage, ...others }: Readonly<Record<string, unknown>> = { ...config }
  const rates = RATES.map((name) => ({
    path: `/${name}`,
    message: whenGiven(others[name], (text) => rateProblem(name, text)),
  }))
  const balances = Object.entries(Object(cash)).map(([currency, amount]) => ({
    path: `/cash/${currency}`,
    message: whenGiven(amount, (text) =>
      AMOUNT.test(text) ? undefined : 'must be a decimal number that is not negative',
    ),
  }))
  const amounts = TERM_AMOUNTS.map((name) => ({
    path: `/${name}`,
    message: whenGiven(others[name], (text) => amountProblem(name, text)),
  }))
  const isLeverage = (text: string) => AMOUNT.test(text) && Number(text) > 0
  const lent = whenGiven(leverage, (text) => (isLeverage(text) ? undefined : 'must be a decimal number above zero'))
  return [...rates, ...amounts, ...balances, { path: '/leverage', message: lent }].flatMap(({ path, message }) =>
    message === undefined ? [] : [{ path, message }],
  )
}

function whenGiven(value: unknown, problem: (text: string) => string | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? problem(decimalText(value)) : undefined
}

function rulesOf(config: PaperConfig): FillRules {
  const { fill = 'next', limit = 'through', slippageBps = '0', latencyMs = 0 } = config
  return { fill, limit, slippageBps: decimalText(slippageBps), ...feesOf(config), latencyMs }
}

function feesOf({ feePerContract, feeMinimum, ...config }: PaperConfig) {
  const { feeBps = feePerContract === undefined ? DEFAULT_FEE_BPS : '0' } = config
  const { makerBps = feeBps, takerBps = feeBps } = config
  return {
    makerBps: decimalText(makerBps),
    takerBps: decimalText(takerBps),
    ...(feePerContract !== undefined && { feePerContract: decimalText(feePerContract) }),
    ...(feeMinimum !== undefined && { feeMinimum: decimalText(feeMinimum) }),
  }
}

function accountOf(config: PaperConfig, instruments: readonly Instrument[]): AccountSettings {
  const { account = 'linear', cash, leverage = '1', checkMargin = true, multiplier, marginPerContract } = config
  const terms = {
    model: account,
    ...(multiplier !== undefined && { multiplier: decimalText(multiplier) }),
    ...(marginPerContract !== undefined && { marginPerContract: decimalText(marginPerContract) }),
  }
  const currencies = new Set(instruments.map((instrument) => contractOf(instrument, terms).settlementCurrency))
  const opening = cash ?? Object.fromEntries([...currencies].map((currency) => [currency, DEFAULT_CASH]))
  return {
    ...terms,
    cash: Object.fromEntries(Object.entries(opening).map(([currency, amount]) => [currency, decimalText(amount)])),
    leverage: decimalText(leverage),
    checkMargin,
  }
}
