/** `helpers.state` as it was last known: the JSON that outlives the sandbox. */
import type { Fault } from '../sandbox/fault'
import type { Sandbox } from '../sandbox/sandbox'

export class KeptState {
  /** Something was done since it was looked at. */
  touched = false
  private problem = ''

  /** @param told the JSON that the gateway has. */
  constructor(
    public json: string,
    public told: string,
  ) {}

  /** The JSON when the gateway has another: it has this one then. */
  tell(): string | undefined {
    if (this.json === this.told) return undefined
    this.told = this.json
    return this.json
  }

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
