/** Whether the gateway can do its work, and what is not sound of what it runs. */
import type { ReadinessProblem } from '../schema/health'
import type { Store } from '../store/store'
import type { InstanceIndex } from './instances/instance-index'
import type { Providers } from './providers/providers'

const MAKE_ROOM = 'make room on the disk of the data folder and check its permissions: what waits is written then'

export class Readiness {
  constructor(
    private readonly store: Store,
    private readonly providers: Providers,
    private readonly instanceIndex: InstanceIndex,
  ) {}

  /** What stops the work comes first. */
  look(): { readonly ready: boolean; readonly problems: ReadinessProblem[] } {
    const { problem, damage } = this.store
    const unwritable = { message: `the data folder cannot be written: ${problem}`, hint: MAKE_ROOM }
    const damages = damage ? [{ message: damage.message, hint: damage.hint }] : []
    const problems = [...damages, ...this.providers.problems(), ...this.instanceIndex.problems()]
    return { ready: problem === undefined, problems: problem === undefined ? problems : [unwritable, ...problems] }
  }
}
