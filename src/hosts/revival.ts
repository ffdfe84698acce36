/** What ran in a host that has died runs again in the next: one after the other, those that are under suspicion last. */
import type { Log } from '../telemetry/log'
import type { Batches } from './batches'
import type { HostDied } from './death'
import type { Host } from './host'
import type { Launcher } from './launcher'
import type { Placement } from './placement'
import type { Placements } from './placements'
import type { Succession } from './succession'

export interface RevivalDeps {
  readonly placements: Placements
  readonly batches: Batches
  readonly launcher: Launcher
  readonly succession: Succession
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly log: Log
}

export class Revival {
  constructor(private readonly deps: RevivalDeps) {}

  /** Who has killed too many is ended. */
  hostDied(died: HostDied): void {
    const { placements, batches, succession, log } = this.deps
    const { message } = died
    const suspect = this.blame(died)
    log('warn', `a sandbox host died: ${message}`, suspect ? { running: suspect.spec.instanceId } : {})
    for (const placement of placements.all()) {
      // whoever is launching it counts its deaths
      if (!placement.started) continue
      placement.reason = message
      if (placement.deadly) placements.fail(placement, `its sandbox host died under it again and again: ${message}`)
    }
    if (!succession.isOpen) batches.lost()
  }

  /** In a host that has come up: where they were or, where that cannot be, from their last saved state. */
  async into(host: Host): Promise<void> {
    const { placements, launcher, succession } = this.deps
    const fallen = [...placements.all()].filter(({ started }) => started)
    fallen.sort((a, b) => a.suspicion - b.suspicion)
    const goOn = await succession.of(host, fallen)
    if (host.link.dead) return
    for (const placement of fallen) {
      if (goOn.has(placement.number)) continue
      if (!placement.current) continue
      try {
        const started = await launcher.relaunch(host, placement)
        if (!started) return
        placements.begin(placement, started)
        // its first event may have ended it already
        if (placement.current) placement.listener.restarted(placement.reason)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        placements.fail(placement, `it could not be started again: ${why}`)
      }
    }
  }

  /** @returns who was at work, whether or not that tells against it. */
  private blame({ kind, running }: HostDied): Placement | undefined {
    const { placements, elapsed } = this.deps
    const suspect = placements.get(running)
    // who is alone in a host has filled its memory
    if (kind === 'work' || (kind === 'memory' && placements.size === 1)) suspect?.killed(elapsed())
    else if (kind === 'memory') suspect?.doubted()
    return suspect
  }
}
