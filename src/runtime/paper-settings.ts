/** The paper exchange of a provider: the `paper` part of its config, with every default. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../errors/failure'
import { sentence } from '../schema/mismatch'
import type { AccountSettings, FillRules } from '../schema/paper'
import { words } from '../schema/words'

const decimal = (description: string) =>
  Type.Union([Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?$' }), Type.Number({ minimum: 0, maximum: 1e9 })], {
    description,
  })

/** Defaults are given below: one in the schema would also fill in what stands in for another. */
const PaperConfig = Type.Partial(
  Type.Object({
    account: words(['linear', 'spot'], { description: 'spot: what is not there cannot be sold' }),
    cash: Type.Record(Type.String({ minLength: 1 }), decimal('Opening balance')),
    leverage: decimal('Initial margin is notional / leverage'),
    checkMargin: Type.Boolean(),
    feeBps: decimal('Of the notional, for maker and taker'),
    makerBps: decimal('Instead of feeBps'),
    takerBps: decimal('Instead of feeBps'),
    slippageBps: decimal('Against the taker'),
    latencyMs: Type.Number({ minimum: 0, maximum: 3_600_000 }),
    fill: words(['next', 'same']),
    limit: words(['through', 'touch']),
  }),
  { additionalProperties: false },
)
type PaperConfig = Static<typeof PaperConfig>

const DEFAULT_CASH = '10000'
const DEFAULT_FEE_BPS = '10'

export interface PaperSettings {
  readonly model: AccountSettings['model']
  readonly rules: FillRules
  /** @param quoteCurrencies those of the account's symbols: each gets the default cash unless the config names the cash. */
  readonly accountFor: (quoteCurrencies: Iterable<string>) => AccountSettings
}

/** @throws Failure invalid_provider, naming every wrong setting. */
export function paperSettings(given: unknown): PaperSettings {
  const config = given ?? {}
  const problems = [...Value.Errors(PaperConfig, config)].map((error) => ({
    path: `paper${error.path.replaceAll('/', '.')}`,
    message: sentence(error),
  }))
  if (!Value.Check(PaperConfig, config)) {
    const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new Failure('invalid_provider', text, { problems })
  }
  const { account: model = 'linear' } = config
  return { model, rules: rulesOf(config), accountFor: (currencies) => accountOf(config, currencies) }
}

function rulesOf(config: PaperConfig): FillRules {
  const { fill = 'next', limit = 'through', slippageBps = '0', feeBps = DEFAULT_FEE_BPS, latencyMs = 0 } = config
  const { makerBps = feeBps, takerBps = feeBps } = config
  const fees = { makerBps: String(makerBps), takerBps: String(takerBps) }
  return { fill, limit, slippageBps: String(slippageBps), ...fees, latencyMs }
}

function accountOf(config: PaperConfig, currencies: Iterable<string>): AccountSettings {
  const { account = 'linear', cash, leverage = '1', checkMargin = true } = config
  const opening = cash ?? Object.fromEntries([...currencies].map((currency) => [currency, DEFAULT_CASH]))
  return {
    model: account,
    cash: Object.fromEntries(Object.entries(opening).map(([currency, amount]) => [currency, String(amount)])),
    leverage: String(leverage),
    checkMargin,
  }
}
