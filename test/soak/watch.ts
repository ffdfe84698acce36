/** What a gateway looks like from outside while it works: asked every second. */
import type { TestGateway } from '../gateway'
import { memoryMb } from '../memory-of'

const EVERY_MS = 1000
/** Furthest behind, and how fast it answers, of a gateway that has nothing to complain of. */
const NORMAL_LAG_MS = 500
const NORMAL_HEALTH_MS = 500

interface Sight {
  readonly healthMs: number
  readonly lagMs: number
  readonly events: number
  readonly dropped: number
  readonly running: number
}

export class Watch {
  slowestHealthMs = 0
  /** Memory of the gateway and its sandbox hosts, at each look. */
  readonly sizesMb: number[] = []
  private worstLagMs = 0
  private first: (Sight & { readonly atMs: number }) | undefined
  private last: (Sight & { readonly atMs: number }) | undefined

  constructor(private readonly gateway: TestGateway) {}

  async look(): Promise<Sight> {
    const start = performance.now()
    await this.gateway.get('/healthz')
    const healthMs = performance.now() - start
    const { instances } = (await this.gateway.get('/strategy/instances')).body
    const sum = (field: 'events' | 'dropped') =>
      instances.reduce((all: number, { stats }: Counted) => all + stats[field], 0)
    const lagMs = Math.max(0, ...instances.map(({ stats }: Counted) => stats.lagMs))
    const running = instances.filter((instance: Counted) => instance.running).length
    const sight = { healthMs, lagMs, events: sum('events'), dropped: sum('dropped'), running }
    this.slowestHealthMs = Math.max(this.slowestHealthMs, healthMs)
    this.worstLagMs = Math.max(this.worstLagMs, lagMs)
    this.last = { ...sight, atMs: performance.now() }
    this.first ??= this.last
    this.sizesMb.push(await familyMb(this.gateway.child.pid))
    return sight
  }

  async run(forMs: number): Promise<void> {
    const end = performance.now() + forMs
    do {
      await this.look()
      await Bun.sleep(Math.min(EVERY_MS, Math.max(0, end - performance.now())))
    } while (performance.now() < end)
  }

  /** @returns after how many ms it was; undefined when it was not in time. */
  async untilNormal(withinMs: number): Promise<number | undefined> {
    const start = performance.now()
    while (performance.now() - start < withinMs) {
      const { lagMs, healthMs } = await this.look()
      if (lagMs <= NORMAL_LAG_MS && healthMs <= NORMAL_HEALTH_MS) return performance.now() - start
      await Bun.sleep(EVERY_MS / 4)
    }
    return undefined
  }

  /** Events that an instance handled in a second. */
  get eventsPerSecond(): number {
    const { first, last } = this
    if (!first || !last || first === last) return 0
    return Math.round(((last.events - first.events) * 1000) / (last.atMs - first.atMs) / Math.max(1, last.running))
  }

  get summary(): string {
    const dropped = (this.last?.dropped ?? 0) - (this.first?.dropped ?? 0)
    return [
      `${this.eventsPerSecond} events/s an instance`,
      `${dropped} left out`,
      `at most ${this.worstLagMs} ms behind`,
      `/healthz within ${this.slowestHealthMs.toFixed(0)} ms`,
      `${this.sizesMb.at(-1)?.toFixed(0)} MB`,
    ].join(', ')
  }
}

interface Counted {
  readonly running: boolean
  readonly stats: { readonly events: number; readonly dropped: number; readonly lagMs: number }
}

/** Memory of a process and its children. */
async function familyMb(pid: number): Promise<number> {
  const children = await Bun.file(`/proc/${pid}/task/${pid}/children`).text()
  const pids = [pid, ...children.trim().split(' ').filter(Boolean).map(Number)]
  return pids.map(memoryMb).reduce((sum, size) => sum + size, 0)
}
