/** Kill switches and what is told of risk as the API writes it (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { RiskLimitsInForce } from './risk-limits'
import { NAMED, WRITTEN } from './stated'
import { words } from './words'

const closed = { additionalProperties: false }

export const SWITCH_SCOPES = ['all', 'provider', 'instance'] as const
export type SwitchScope = (typeof SWITCH_SCOPES)[number]

/** What a switch does to its scope, from the mildest to the hardest. */
export const SWITCH_MODES = ['reduce', 'close', 'kill'] as const
export type SwitchMode = (typeof SWITCH_MODES)[number]

const MODES =
  'kill: nothing trades; reduce: only orders that reduce a position pass; close: the same, and positions are closed'

export const KillSwitch = Type.Object(
  {
    scope: words(SWITCH_SCOPES, { description: 'Whom it binds' }),
    subject: Type.Optional(Type.String({ description: 'The provider or instance', examples: ['momentum-1'] })),
    mode: words(SWITCH_MODES, { description: MODES }),
    reason: Type.String({ examples: ['spread too wide'] }),
    since: Type.String({ examples: ['2026-01-31T12:00:00.000Z'] }),
    until: Type.Optional(
      Type.String({
        description: 'When it is released by itself; absent: at a resume',
        examples: ['2026-02-01T00:00:00.000Z'],
      }),
    ),
    who: Type.String({ description: 'Name of the token, else the address; gateway: by itself', examples: ['ops'] }),
  },
  { title: 'KillSwitch', description: 'It binds its scope until it is resumed' },
)
export type KillSwitch = Static<typeof KillSwitch>

export const Breaches = Type.Object(
  {
    instance: Type.String({ examples: ['momentum-1'] }),
    provider: Type.String({ examples: ['sim'] }),
    breaches: Type.Integer({ description: 'Since the last resume', examples: [4] }),
    circuitBreakerOpenUntil: Type.Optional(
      Type.String({ description: 'Absent while it is closed', examples: ['2026-01-31T12:01:30.000Z'] }),
    ),
  },
  { title: 'Breaches', description: 'Orders that limits refused an instance' },
)
export type Breaches = Static<typeof Breaches>

export const LossStopView = Type.Object(
  {
    scope: words(SWITCH_SCOPES, { description: 'Whose losses, all together' }),
    subject: Type.Optional(Type.String({ description: 'The provider or instance', examples: ['momentum-1'] })),
    measure: words(['dailyLoss', 'drawdown'], { description: 'What is measured' }),
    currency: Type.String({ examples: ['USDT'] }),
    value: Type.String({ description: 'What it is now: 0 or above', examples: ['120.5'] }),
    limit: Type.String({ examples: ['500'] }),
    percent: Type.Boolean({ description: 'Both are in percent; else in the currency' }),
    action: words(SWITCH_MODES, { description: 'The mode of the switch that it sets' }),
  },
  { title: 'LossStop', description: 'A loss that stops trading' },
)
export type LossStopView = Static<typeof LossStopView>

export const TotalView = Type.Object(
  {
    scope: words(['all', 'provider'], { description: 'Whose, all together' }),
    subject: Type.Optional(Type.String({ description: 'The provider', examples: ['sim'] })),
    measure: words(['position', 'notional', 'openOrders'], { description: 'What is added up' }),
    of: Type.Optional(Type.String({ description: 'The symbol or currency', examples: ['BTC-USDT'] })),
    value: Type.String({ description: 'What it is now, open orders filled', examples: ['12.5'] }),
    limit: Type.String({ examples: ['20'] }),
  },
  { title: 'TotalLimit', description: 'A limit on the sum over all instances' },
)
export type TotalView = Static<typeof TotalView>

const VIEW = {
  limits: RiskLimitsInForce,
  killSwitches: Type.Array(KillSwitch, { description: 'Those that are set' }),
  breaches: Type.Array(Breaches, { description: 'Of those that had any' }),
  totals: Type.Array(TotalView, { description: 'Limits on sums that are set' }),
  lossStops: Type.Array(LossStopView, { description: 'Those that are set, by currency' }),
}

export const RiskView = Type.Object(VIEW, { title: 'Risk', description: 'Limits, and what is stopped' })
export type RiskView = Static<typeof RiskView>

export const RiskUpdated = Type.Object({ status: Type.Literal('updated'), ...VIEW }, { title: 'RiskUpdated' })

const SUBJECT = {
  provider: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'Only at this provider', examples: ['sim'], ...NAMED }),
  ),
  instance: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'Only this instance; not both', ...NAMED }),
  ),
}

export const KillBody = Type.Object(
  {
    ...SUBJECT,
    reason: Type.Optional(Type.String({ ...WRITTEN, minLength: 1, maxLength: 400, examples: ['spread too wide'] })),
    cancelOrders: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Cancel what rests; reduce and close leave what is reduce-only',
      }),
    ),
    mode: Type.Optional(words(SWITCH_MODES, { default: 'kill', description: MODES })),
  },
  { ...closed, title: 'KillBody', description: 'What is to stop trading; nothing: everything' },
)
export type KillBody = Static<typeof KillBody>

export const ResumeBody = Type.Object(SUBJECT, {
  ...closed,
  title: 'ResumeBody',
  description: 'What may trade again: the switch of the same scope is released, no other',
})
export type ResumeBody = Static<typeof ResumeBody>
