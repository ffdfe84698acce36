/** Moves instances to what their selectors name by now: one refresh after the other. */
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { Registry } from '../../registry/registry'
import type { RefreshBody, RefreshResult } from '../../schema/usage'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { AuditLog } from '../audit-log'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import { follow, refresh } from './refresh'
import type { Rollouts } from './rollouts'

export interface RolloutDeps {
  readonly registry: Registry
  readonly instanceIndex: InstanceIndex
  readonly instances: InstanceLifecycle
  readonly store: Store
  readonly rollouts: Rollouts
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
  readonly log: Log
}

export class Rollout {
  constructor(private readonly deps: RolloutDeps) {}

  /** Reads the strategy home again, then moves the instances whose selector names another revision now. */
  refresh(targets: RefreshBody | undefined, actor: string): Promise<RefreshResult> {
    const { mutex, store } = this.deps
    return mutex.run('refresh', async () => {
      store.check()
      const result = await refresh(this.deps, targets, actor)
      store.commit()
      return result
    })
  }

  /**
   * Moves the instances that follow a tag to the revision that it names now. The tag stands: what cannot be written of it
   * is told in the log, kept and tried again.
   * @param strategy its name, as the registry writes it.
   */
  follow(strategy: string, tag: string, actor: string): Promise<void> {
    const { mutex, auditLog } = this.deps
    return mutex.run('refresh', async () => {
      await follow(this.deps, strategy, tag, actor)
      auditLog.commit()
    })
  }
}
