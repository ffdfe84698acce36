/** What is asked of the hosts of a slot: of the next one, when one has died of something else. */
import { Failure } from '../errors/failure'
import type { LaunchSpec } from '../protocol/launch'
import type { Stopped } from '../protocol/reported'
import type { Compilation } from '../schema/metadata'
import { HostDied } from './death'
import type { Host } from './host'
import type { Launcher } from './launcher'
import type { OwnItem, Placement } from './placement'
import type { Placements } from './placements'
import type { Succession } from './succession'

export interface HostRequestsDeps {
  readonly placements: Placements
  readonly launcher: Launcher
  readonly succession: Succession
  /** The host, once it has come up and runs what it should. */
  readonly ready: () => Promise<Host>
  readonly deliver: (item: OwnItem) => void
}

export class HostRequests {
  /** Compilations that wait to be asked. */
  waiting = 0

  constructor(private readonly deps: HostRequestsDeps) {}

  /** @param number of the compilation, by which it is held to account. @throws HostDied */
  async compile(number: number, source: Uint8Array): Promise<Compilation> {
    let host: Host
    this.waiting++
    try {
      host = await this.deps.ready()
    } finally {
      this.waiting--
    }
    return host.request({ kind: 'compile', number, source })
  }

  /** @throws Failure launch_failed. */
  async launch(placement: Placement): Promise<void> {
    const { placements, launcher, succession, ready, deliver } = this.deps
    placements.add(placement)
    try {
      for (;;) {
        const started = await launcher.launch(await ready(), placement)
        if (started) {
          placements.begin(placement, started)
          placement.keeps(succession.problem)
          break
        }
        if (placement.hopeless)
          throw new Failure('launch_failed', 'creating it killed its sandbox host again and again')
      }
      // its first event may have ended it already
      if (!placement.current) throw new Failure('launch_failed', placement.reason)
    } catch (error) {
      placements.remove(placement)
      throw error
    }
    for (const item of placement.early.splice(0)) deliver(item)
  }

  /** Another program for an instance that runs here; `rolled` is called as soon as it does. @throws Failure launch_failed; then the former program goes on. */
  async roll(placement: Placement, spec: LaunchSpec, rolled: () => void): Promise<void> {
    const { placements, launcher, ready } = this.deps
    for (;;) {
      const host = await ready()
      if (!placement.current) throw new Failure('launch_failed', 'the instance runs no more')
      try {
        const { started, startMs } = await launcher.roll(host, placement, spec)
        placements.begin(placement, started)
        placement.rolled(spec, startMs)
        rolled()
        return
      } catch (error) {
        if (!(error instanceof HostDied)) throw error
        if (error.isOf(-placement.number)) {
          throw new Failure('launch_failed', `creating it killed its sandbox host: ${error.message}`)
        }
      }
    }
  }

  /** @param unlessAsleep one that sleeps is left as it is, for the next gateway to go on with. */
  async stop(placement: Placement, unlessAsleep = false): Promise<Stopped> {
    const { placements, succession, ready } = this.deps
    let isLeft = false
    try {
      for (;;) {
        const host = await ready()
        if (!placement.current) return { state: placement.state }
        try {
          const { number } = placement
          const stopped = await host.request({ kind: 'stop', number, ...(unlessAsleep && { unlessAsleep }) })
          isLeft = stopped.asleep === true
          return stopped
        } catch (error) {
          // one that does not answer is not asked again by whoever stops
          if (!(error instanceof HostDied) || error.kind !== 'outside' || !succession.isOpen) throw error
        }
      }
    } catch (error) {
      if (error instanceof Failure || error instanceof HostDied) return { state: placement.state }
      throw error
    } finally {
      if (!isLeft) placements.remove(placement)
    }
  }
}
