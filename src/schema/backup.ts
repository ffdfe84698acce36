/** A backup of what the gateway is to run, and what became of it when it was restored (contract §2); the keys are the Go gateway's. */
import { type Static, Type } from '@sinclair/typebox'
import { BackupRollout } from './backup-rollout'
import { InstanceBody, InstanceReplacement } from './instances'
import { ProviderBody } from './providers'
import { RiskLimitsInForce, SentLimitSet } from './risk-limits'
import { inForce } from './risk-set'
import { words } from './words'

const closed = { additionalProperties: false }
const takenAt = Type.String({ maxLength: 40, examples: ['2026-01-31T12:00:00.000Z'] })
const omitted = Type.Array(Type.String({ maxLength: 400 }), {
  description: 'Fields that were left out because they are secret: to be filled in before it is restored',
  examples: [['providers[0].adapter.config.apiSecret']],
})

const BackupProvider = Type.Object(
  { name: ProviderBody.properties.name, adapter: ProviderBody.properties.adapter },
  { title: 'BackupProvider', description: 'A provider, without secrets' },
)
const BackupInstance = Type.Object(
  {
    id: InstanceBody.properties.id,
    strategy: InstanceBody.properties.strategy,
    scope: InstanceBody.properties.scope,
    restart: InstanceBody.properties.restart,
  },
  { title: 'BackupInstance', description: 'An instance' },
)

const EXAMPLE = {
  version: 1,
  takenAt: '2026-01-31T12:00:00.000Z',
  providers: [{ name: 'sim', adapter: { identifier: 'sim', config: { seed: 42 } } }],
  lambdas: [
    {
      id: 'momentum-1',
      strategy: { identifier: 'momentum:v1.0.0', config: { dry_run: false } },
      scope: { sim: { symbols: ['BTC-USDT'] } },
    },
  ],
  risk: { maxPositionSize: '5', maxNotionalValue: '50000', notionalCurrency: 'USDT' },
  omitted: [],
}

const TAKEN = { ...EXAMPLE, risk: inForce(EXAMPLE.risk) }

export const ContextBackup = Type.Object(
  {
    version: Type.Integer({ description: 'Of this form', examples: [1] }),
    takenAt,
    providers: Type.Array(BackupProvider),
    lambdas: Type.Array(BackupInstance, { description: 'Instances, each with the selector that it follows' }),
    risk: RiskLimitsInForce,
    rollouts: Type.Optional(
      Type.Array(BackupRollout, { description: 'Tags on their way to another revision; absent when there are none' }),
    ),
    omitted,
  },
  { title: 'ContextBackup', description: 'Providers, instances and risk limits, without secrets', examples: [TAKEN] },
)
export type ContextBackup = Static<typeof ContextBackup>

/** What a form of later versions would need is refused rather than left out. */
export const RestoreBody = Type.Object(
  {
    version: Type.Optional(Type.Integer({ minimum: 1, maximum: 1, examples: [1] })),
    takenAt: Type.Optional(takenAt),
    providers: Type.Optional(Type.Array(ProviderBody)),
    lambdas: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...InstanceReplacement.properties,
            id: InstanceBody.properties.id,
            autostart: Type.Optional(Type.Boolean({ description: 'Accepted; nothing is started' })),
          },
          { ...closed, title: 'RestoreInstance', description: 'An instance to be there, or a snapshot of one' },
        ),
      ),
    ),
    risk: Type.Optional(SentLimitSet),
    rollouts: Type.Optional(Type.Array(BackupRollout)),
    omitted: Type.Optional(omitted),
  },
  {
    ...closed,
    minProperties: 1,
    title: 'RestoreBody',
    description: 'A backup; what it leaves out stays as it is',
    examples: [EXAMPLE],
  },
)
export type RestoreBody = Static<typeof RestoreBody>

const outcome = words(['restored', 'unchanged'], { description: 'unchanged: the same was there already' })

export const ContextRestored = Type.Object(
  {
    status: Type.Literal('restored'),
    providers: Type.Array(Type.Object({ name: Type.String({ examples: ['sim'] }), outcome })),
    lambdas: Type.Array(Type.Object({ id: Type.String({ examples: ['momentum-1'] }), outcome })),
    risk: outcome,
    rollouts: Type.Optional(
      Type.Array(Type.Object({ name: Type.String({ examples: ['grid:prod'] }), outcome }), {
        description: 'Absent when the backup has none',
      }),
    ),
  },
  {
    title: 'ContextRestored',
    description: 'All of it is there, and nothing of it was started',
    examples: [
      {
        status: 'restored',
        providers: [{ name: 'sim', outcome: 'restored' }],
        lambdas: [{ id: 'momentum-1', outcome: 'restored' }],
        risk: 'restored',
      },
    ],
  },
)
export type ContextRestored = Static<typeof ContextRestored>
