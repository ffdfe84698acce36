/** A backup of what the gateway is to run: whatever was created through the API or the configuration, without secrets. */
import type { ContextBackup } from '../../schema/backup'
import { DEFAULT_RESTART } from '../../schema/restart-terms'
import { inForce } from '../../schema/risk-set'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import type { Rollouts } from '../rollout/rollouts'

const VERSION = 1

export interface BackupDeps {
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  readonly book: RiskBook
  readonly rollouts: Rollouts
  readonly now: () => number
}

export function takeBackup({ providers, instanceIndex, book, rollouts, now }: BackupDeps): ContextBackup {
  const omitted: string[] = []
  const underWay = rollouts.backup()
  const shown = providers.stored().map((stored, index) => {
    const { adapter: identifier, config } = providers.shown(stored)
    for (const name of Object.keys(stored.config)) {
      if (!Object.hasOwn(config, name)) omitted.push(secretPath(index, name))
    }
    return { name: stored.name, adapter: { identifier, config } }
  })
  return {
    version: VERSION,
    takenAt: new Date(now()).toISOString(),
    providers: shown,
    lambdas: instanceIndex.all().map(({ stored: { id, selector, config, scope, restart } }) => ({
      id,
      strategy: { identifier: selector, config: { ...config } },
      scope,
      ...(restart !== DEFAULT_RESTART && { restart }),
    })),
    risk: inForce(book.limits ?? {}),
    ...(underWay.length > 0 && { rollouts: underWay }),
    omitted,
  }
}

/** Where in a backup a provider's setting is. */
export const secretPath = (index: number, name: string): string => `providers[${index}].adapter.config.${name}`
