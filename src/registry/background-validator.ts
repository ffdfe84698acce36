/**
 * Asks the compiler about revisions of which no validation is known, as those of a registry that comes from
 * elsewhere. Some are validated at once; what is left of thousands follows while the gateway runs, and can
 * be launched meanwhile, for a launch compiles what it needs.
 */

import { breathe } from '../files/breathe'
import type { HomePaths } from './paths'
import type { RegistryState } from './registry-state'
import { LATEST } from './selector'
import type { ValidationCache } from './validation-cache'
import { factsOf, readRevision, type Unvalidated } from './verify'

const AT_ONCE = 100
const SIDE_BY_SIDE = 2

export class BackgroundValidator implements AsyncDisposable {
  private queue: Unvalidated[] = []
  private rest: Promise<void> = Promise.resolve()

  constructor(
    private readonly paths: HomePaths,
    private readonly validations: ValidationCache,
    private readonly state: RegistryState,
  ) {}

  /** Returns when the first are validated: those that are `latest` come before the others. */
  async begin(unvalidated: readonly Unvalidated[]): Promise<void> {
    await this[Symbol.asyncDispose]()
    const { strategies } = this.state.catalogue
    const rank = ({ name, hash }: Unvalidated) => (strategies.get(name)?.tags.get(LATEST) === hash ? 0 : 1)
    const ordered = unvalidated.toSorted((a, b) => rank(a) - rank(b))
    this.queue = ordered.slice(0, AT_ONCE)
    await this.work()
    this.queue = ordered.slice(AT_ONCE)
    this.rest = this.work()
  }

  /** What is not validated then stays so until all are verified again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.queue = []
    await this.rest
  }

  private async work(): Promise<void> {
    await Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (let one = this.queue.shift(); one; one = this.queue.shift()) await this.validate(one)
      }),
    )
  }

  private async validate({ name, hash, path }: Unvalidated): Promise<void> {
    await breathe()
    const read = readRevision(this.paths, path, hash)
    const facts =
      'unsound' in read ? read.unsound : factsOf(await this.validations.of(hash, read.bytes), read.bytes.length)
    const { catalogue, findings } = this.state
    const isThere = catalogue.strategies.get(name)?.entries.get(hash)?.path === path
    if (isThere && findings.get(name, hash)?.metadata === undefined) this.state.setFinding(name, hash, facts)
  }
}
