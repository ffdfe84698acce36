/** How an instance comes into a host: at its launch, in the place of another program, and again after its host has died. */
import type { LaunchSpec } from '../protocol/launch'
import type { Started } from '../sandbox/sandbox'
import type { MarketEvent } from '../schema/events'
import type { Batches } from './batches'
import { HostDied } from './death'
import type { Launch } from './encoder'
import type { Host } from './host'
import type { Placement } from './placement'

export interface LauncherDeps {
  /** Market data that has waited for longer is left out but for the newest, ms. */
  readonly maxAgeMs: () => number
  /** A time that was never used before as an instance's start, ms. */
  readonly startTime: () => number
  /** The last events of what an instance can see. */
  readonly market: (spec: LaunchSpec) => MarketEvent[]
}

export class Launcher {
  constructor(
    private readonly deps: LauncherDeps,
    private readonly batches: Batches,
  ) {}

  /** @returns undefined: the host died of it, or of something else. @throws Failure launch_failed, or Error for ours. */
  async launch(host: Host, placement: Placement): Promise<Started | undefined> {
    const { spec, unhandled } = placement
    const launch = this.order(placement, spec)
    placement.begins(launch.startMs)
    try {
      const launched = host.launch('launch', launch)
      // behind its launch, which is on its way, and before any market event that comes to it
      if (unhandled.length > 0) this.batches.unshift(unhandled.toArray().filter((item) => !item.waits))
      return await launched
    } catch (error) {
      if (error instanceof HostDied) return undefined
      throw error
    }
  }

  /** Another program for one that runs there. @throws HostDied, and as `launch`. */
  async roll(
    host: Host,
    placement: Placement,
    spec: LaunchSpec,
  ): Promise<{ readonly started: Started; readonly startMs: number }> {
    const launch = this.order(placement, spec)
    const { starts } = placement
    // the former program orders until it is gone, and the new one before the answer is looked at
    starts.add(spec, launch.startMs)
    try {
      const started = await host.launch('roll', launch)
      starts.keepOnly(spec, launch.startMs)
      return { started, startMs: launch.startMs }
    } catch (error) {
      starts.drop(spec, launch.startMs)
      throw error
    }
  }

  /** Again, in the next host, from its last saved state. A checkpoint is older than what happened since. */
  relaunch(host: Host, placement: Placement): Promise<Started | undefined> {
    const { checkpoint: _, ...spec } = placement.spec
    placement.spec = { ...spec, state: placement.state, scope: placement.listener.accounts() }
    // what was not handled before the host died comes again; the accounts hold it already
    const again = placement.unhandled.toArray().filter((item) => item.waits || 'event' in item.content)
    placement.unhandled.replace(again)
    for (const item of again) delete item.effect
    return this.launch(host, placement)
  }

  private order(placement: Placement, spec: LaunchSpec): Launch {
    const { number, tradingActive, listener } = placement
    const market = this.deps.market(spec)
    const maxAgeMs = this.deps.maxAgeMs()
    const startMs = this.deps.startTime()
    return { number, spec, startMs, tradingActive, risk: listener.risk(), maxAgeMs, market }
  }
}
