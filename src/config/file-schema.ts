/** What a configuration file may hold: our keys, and those of the ancestor that have a meaning here. */
import { type Static, Type } from '@sinclair/typebox'
import { InstanceBody } from '../schema/instances'
import { ProviderBody } from '../schema/providers'
import { RiskLimitSet } from '../schema/risk-limits'
import { RateLimit } from '../schema/tokens'

const closed = { additionalProperties: false }
const text = Type.Optional(Type.String({ minLength: 1 }))

/** Keys of the ancestor that mean nothing here; they are named in one warning. */
export const IGNORED = ['database', 'eventbus', 'pools', 'telemetry'] as const
const ignored = Object.fromEntries(IGNORED.map((key) => [key, Type.Optional(Type.Unknown())]))

const places = {
  environment: text,
  /** The ancestor's listen. */
  apiServer: Type.Optional(Type.Object({ addr: text })),
  strategies: Type.Optional(Type.Object({ directory: text }, closed)),
  risk: Type.Optional(RiskLimitSet),
}

export const ConfigFile = Type.Object(
  {
    ...places,
    listen: text,
    data: text,
    providers: Type.Optional(Type.Array(ProviderBody)),
    lambdaManifest: Type.Optional(Type.Object({ lambdas: Type.Optional(Type.Array(InstanceBody)) }, closed)),
    tokens: text,
    rateLimit: Type.Optional(RateLimit),
    tls: Type.Optional(
      Type.Object({ certificate: Type.String({ minLength: 1 }), key: Type.String({ minLength: 1 }) }, closed),
    ),
    cors: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    app: Type.Optional(Type.Object({ ...places, ...ignored }, closed)),
    ...ignored,
  },
  closed,
)
export type ConfigFile = Static<typeof ConfigFile>
