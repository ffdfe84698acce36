/**
 * Asks the compiler about revisions of which no verdict is known, as those of a registry that comes from
 * elsewhere. Some are judged at once; what is left of thousands follows while the gateway runs, and can
 * be launched meanwhile, for a launch compiles what it needs.
 */

import { breathe } from '../files/breathe'
import type { Holdings } from './holdings'
import { factsOf, readRevision, type Unjudged } from './inspection'
import type { HomePaths } from './paths'
import { LATEST } from './selector'
import type { Verdicts } from './verdicts'

const AT_ONCE = 100
const SIDE_BY_SIDE = 2

export class Judge implements AsyncDisposable {
  private queue: Unjudged[] = []
  private rest: Promise<void> = Promise.resolve()

  constructor(
    private readonly paths: HomePaths,
    private readonly verdicts: Verdicts,
    private readonly holdings: Holdings,
  ) {}

  /** Returns when the first are judged: those that are `latest` come before the others. */
  async take(unjudged: readonly Unjudged[]): Promise<void> {
    await this[Symbol.asyncDispose]()
    const { strategies } = this.holdings.catalogue
    const rank = ({ name, hash }: Unjudged) => (strategies.get(name)?.tags.get(LATEST) === hash ? 0 : 1)
    const ordered = unjudged.toSorted((a, b) => rank(a) - rank(b))
    this.queue = ordered.slice(0, AT_ONCE)
    await this.work()
    this.queue = ordered.slice(AT_ONCE)
    this.rest = this.work()
  }

  /** What is not judged then stays so until the next inspection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.queue = []
    await this.rest
  }

  private async work(): Promise<void> {
    await Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (let one = this.queue.shift(); one; one = this.queue.shift()) await this.judge(one)
      }),
    )
  }

  private async judge({ name, hash, path }: Unjudged): Promise<void> {
    await breathe()
    const read = readRevision(this.paths, path, hash)
    const facts =
      'unsound' in read ? read.unsound : factsOf(await this.verdicts.of(hash, read.bytes), read.bytes.length)
    const { catalogue, findings } = this.holdings
    const isThere = catalogue.strategies.get(name)?.entries.get(hash)?.path === path
    if (isThere && findings.get(name, hash)?.metadata === undefined) this.holdings.note(name, hash, facts)
  }
}
