/** `helpers.state` as it was last known: the JSON that outlives the sandbox. */
import type { Fault } from '../../sandbox/fault'
import type { Sandbox } from '../../sandbox/sandbox'

export class KeptState {
  private problem = ''

  constructor(public json: string) {}

  /** @returns what is wrong with it, when that is news; the last good one stays. */
  read(sandbox: Sandbox): Fault | undefined {
    const result = sandbox.state()
    if ('json' in result) {
      this.json = result.json
      return undefined
    }
    const known = this.problem === result.fault.message
    this.problem = result.fault.message
    return known ? undefined : result.fault
  }
}
