/** The paper exchange of a provider: the `paper` part of its config, with every default. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../errors/failure'
import type { AccountSettings, FillRules } from '../schema/paper'

const decimal = (fallback: string, description: string) =>
  Type.Union([Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?$' }), Type.Number({ minimum: 0, maximum: 1e9 })], {
    default: fallback,
    description,
  })

const PaperConfig = Type.Object(
  {
    account: Type.Union([Type.Literal('linear'), Type.Literal('spot')], { default: 'linear' }),
    cash: Type.Optional(Type.Record(Type.String({ minLength: 1 }), decimal('10000', 'Opening balance'))),
    leverage: decimal('1', 'Initial margin is notional / leverage'),
    checkMargin: Type.Boolean({ default: true }),
    feeBps: decimal('10', 'Of the notional, for maker and taker'),
    makerBps: Type.Optional(decimal('10', 'Instead of feeBps')),
    takerBps: Type.Optional(decimal('10', 'Instead of feeBps')),
    slippageBps: decimal('0', 'Against the taker'),
    latencyMs: Type.Number({ default: 0, minimum: 0, maximum: 3_600_000 }),
    fill: Type.Union([Type.Literal('next'), Type.Literal('same')], { default: 'next' }),
    limit: Type.Union([Type.Literal('through'), Type.Literal('touch')], { default: 'through' }),
  },
  { additionalProperties: false },
)
type PaperConfig = Static<typeof PaperConfig>

const DEFAULT_CASH = '10000'

export interface PaperSettings {
  readonly rules: FillRules
  /** @param quoteCurrencies those of the account's symbols: each gets the default cash unless the config names the cash. */
  readonly accountFor: (quoteCurrencies: Iterable<string>) => AccountSettings
}

/** @throws Failure invalid_provider, naming every wrong setting. */
export function paperSettings(given: unknown): PaperSettings {
  const config = Value.Default(PaperConfig, Value.Clone(given ?? {}))
  const problems = [...Value.Errors(PaperConfig, config)].map(({ path, message }) => ({
    path: `paper${path.replaceAll('/', '.')}`,
    message,
  }))
  if (!Value.Check(PaperConfig, config)) {
    const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new Failure('invalid_provider', text, { problems })
  }
  return { rules: rulesOf(config), accountFor: (currencies) => accountOf(config, currencies) }
}

const rulesOf = ({
  fill,
  limit,
  slippageBps,
  feeBps,
  makerBps = feeBps,
  takerBps = feeBps,
  latencyMs,
}: PaperConfig) => ({
  fill,
  limit,
  slippageBps: String(slippageBps),
  makerBps: String(makerBps),
  takerBps: String(takerBps),
  latencyMs,
})

function accountOf(
  { account, cash, leverage, checkMargin }: PaperConfig,
  currencies: Iterable<string>,
): AccountSettings {
  const opening = cash ?? Object.fromEntries([...currencies].map((currency) => [currency, DEFAULT_CASH]))
  return {
    model: account,
    cash: Object.fromEntries(Object.entries(opening).map(([currency, amount]) => [currency, String(amount)])),
    leverage: String(leverage),
    checkMargin,
  }
}
