/** Sources to compile, one after the other: each step is a turn of its own, for compiling runs them, and takes its time. */
import type { Request } from '../protocol/messages'
import type { Engine } from '../sandbox/engine'
import type { Compilation } from '../schema/metadata'
import type { SandboxHostDeps } from './host-deps'
import type { Scheduler, Task } from './scheduler'
import { Share } from './share'

/** Against one instance: whoever uploads waits for it, and many of them together are no flood of the host. */
const WEIGHT = 8

export class Compilations implements Task {
  queued = false
  readonly share = new Share({ weight: WEIGHT })
  private readonly jobs: Iterator<undefined, void>[] = []

  constructor(private readonly scheduler: Scheduler) {}

  /** @param job a step at a time; it does not throw. */
  push(job: Iterator<undefined, void>): void {
    this.jobs.push(job)
    this.scheduler.add(this)
  }

  turn(): boolean {
    if (this.jobs[0]?.next().done) this.jobs.shift()
    if (this.jobs.length > 0) this.scheduler.add(this)
    return false
  }
}

/**
 * One of them, a step at a time.
 * @param over called when it is over, with what returns its outcome or throws why there is none.
 */
export function* compiling(
  { compile, running }: Pick<SandboxHostDeps, 'compile' | 'running'>,
  engine: Engine,
  { number, source }: Extract<Request, { kind: 'compile' }>,
  over: (outcome: () => Compilation) => void,
): Generator<undefined, void> {
  let steps: Iterator<undefined, Compilation> | undefined
  const next = () => {
    running(number)
    try {
      steps ??= compile(engine, source)
      return steps.next()
    } catch (thrown) {
      return { thrown }
    } finally {
      running(0)
    }
  }
  for (;;) {
    const step = next()
    if ('thrown' in step || step.done) {
      over(() => {
        if ('thrown' in step) throw step.thrown
        return step.value
      })
      return
    }
    yield
  }
}
