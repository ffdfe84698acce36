/** What a configuration file may hold: our keys, and those of the ancestor that have a meaning here. */
import { type Static, Type } from '@sinclair/typebox'
import { AlertsBody } from '../schema/alerts'
import { InstanceBody } from '../schema/instances'
import { ON_JOURNAL_LOSS } from '../schema/journal-loss'
import { ProviderBody } from '../schema/providers'
import { RetentionSettings } from '../schema/retention'
import { DURATION, RiskLimitSet } from '../schema/risk-limits'
import { RateLimit } from '../schema/tokens'
import { words } from '../schema/words'

const closed = { additionalProperties: false }
const text = (description?: string) =>
  Type.Optional(Type.String({ minLength: 1, ...(description !== undefined && { description }) }))

const whole = (minimum: number, maximum: number) => Type.Optional(Type.Integer({ minimum, maximum }))
const duration = Type.Optional(Type.String({ pattern: DURATION, maxLength: 100 }))

/** Keys of the ancestor that mean nothing here; they are named in one warning. */
export const IGNORED = ['database', 'eventbus', 'pools', 'telemetry'] as const
const ignored = Object.fromEntries(IGNORED.map((key) => [key, Type.Optional(Type.Unknown())]))

const places = {
  environment: text('A label of the metrics; default dev'),
  /** The ancestor's listen. */
  apiServer: Type.Optional(Type.Object({ addr: text() })),
  strategies: Type.Optional(
    Type.Object(
      { directory: text(), shipped: text() },
      {
        ...closed,
        description:
          'directory: the strategy home (--strategies); shipped: another home, of which it takes over what is new',
      },
    ),
  ),
  risk: Type.Optional(
    Type.Object(RiskLimitSet.properties, {
      ...closed,
      description: 'Risk limits, taken when none were ever set; meltica risk set --help lists them',
    }),
  ),
}

/** Descriptions are what the help of `meltica serve` says of the keys. */
export const ConfigFile = Type.Object(
  {
    listen: text('Where to listen, as 127.0.0.1:8880 (--listen)'),
    ...places,
    data: text('The folder of the database (--data)'),
    replay: Type.Optional(
      Type.Object(
        { directory: Type.String({ minLength: 1 }) },
        {
          ...closed,
          description: 'directory: of the files that the adapter replay may open; default the folder replay in data',
        },
      ),
    ),
    providers: Type.Optional(
      Type.Array(ProviderBody, { description: 'Providers to create when absent, as the body of POST /providers' }),
    ),
    lambdaManifest: Type.Optional(
      Type.Object(
        { lambdas: Type.Optional(Type.Array(InstanceBody)) },
        {
          ...closed,
          description: 'lambdas: instances to create when absent, as the body of POST /strategy/instances',
        },
      ),
    ),
    retention: Type.Optional(
      Type.Object(RetentionSettings.properties, {
        ...closed,
        description: 'orders and executions: how long they are kept, days (default 30; or forever) and rows',
      }),
    ),
    inputs: Type.Optional(
      Type.Object(
        { keepFor: duration, keepMiB: whole(0, 1_000_000_000) },
        {
          ...closed,
          description:
            'what instances were given, for meltica replay. keepFor: how far back (24h; 0: no further than a restart needs), keepMiB: how much of it at most (1024)',
        },
      ),
    ),
    backtests: Type.Optional(
      Type.Object(
        {
          concurrent: whole(1, 64),
          queue: whole(0, 1000),
          keep: whole(1, 10_000),
          keepMiB: whole(1, 1_000_000),
          memoryMiB: whole(128, 1_000_000),
          timeout: duration,
        },
        {
          ...closed,
          description:
            'those that are asked of the gateway. concurrent: how many run at once (1), queue: how many may wait (20); keep and keepMiB: how many that are over are kept (100), and how large their files may be together (1024); memoryMiB and timeout: what each may need (2048, 1h)',
        },
      ),
    ),
    alerts: Type.Optional(AlertsBody),
    tokens: text('The file of access tokens (--tokens)'),
    rateLimit: Type.Optional(
      Type.Object(RateLimit.properties, { ...closed, description: 'Of each token: perSecond and burst' }),
    ),
    sandboxHosts: Type.Optional(
      Type.Union(
        [Type.Integer({ minimum: 1, maximum: 256, description: 'A whole number from 1 to 256' }), Type.Literal('auto')],
        {
          description:
            'Processes that instances run in: a number, or auto (default): one, and more with more instances, up to one for each core but one',
        },
      ),
    ),
    instances: Type.Optional(
      Type.Object(
        {
          cpu: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1 })),
          ordersPerSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
          logsPerSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
          restartsPerHour: whole(1, 3600),
        },
        {
          ...closed,
          description:
            'what each instance may use. cpu: CPU time, as a part of one core (default: its fair share, up to all that others leave); ordersPerSecond (100) and logsPerSecond (200): in its own time; restartsPerHour (10): how often its restart policy starts it again within an hour',
        },
      ),
    ),
    onJournalLoss: Type.Optional(
      words(ON_JOURNAL_LOSS, {
        description:
          'When the disk does not take what sandbox hosts are told, and a crash would set their instances back: stop them, or go-on (default)',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        { certificate: Type.String({ minLength: 1 }), key: Type.String({ minLength: 1 }) },
        { ...closed, description: 'certificate and key, files in PEM (--tls-cert, --tls-key)' },
      ),
    ),
    marketData: Type.Optional(
      Type.Object(
        { maxAge: duration, maxLag: duration },
        {
          ...closed,
          description:
            'maxAge: what has waited for longer is left out but for the newest (default 1s); maxLag: an instance further behind must not trade (default 1s)',
        },
      ),
    ),
    cors: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { description: 'Origins of web pages that may call; * for any' }),
    ),
    app: Type.Optional(Type.Object({ ...places, ...ignored }, closed)),
    ...ignored,
  },
  closed,
)
export type ConfigFile = Static<typeof ConfigFile>
