/** What an operator does and what happens to a gateway, at random: nothing of it may leave anything wrong. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf, Killer } from '../durable/kills'
import { choose } from '../durable/random'
import type { Answer, TestGateway } from '../gateway'
import { until } from '../until'
import { idOf, TAGS } from './traders'

/** How often each comes, of all steps. */
const STEPS = [
  ...Array.from({ length: 10 }, () => 'start or stop' as const),
  ...Array.from({ length: 4 }, () => 'move a tag' as const),
  ...Array.from({ length: 3 }, () => 'limit' as const),
  ...Array.from({ length: 3 }, () => 'kill' as const),
  'fill the disk',
] as const
/** What is done on a full disk, before there is room again. */
const STEPS_WHILE_FULL = 5
const LONGEST_PAUSE_MS = 200
/** A machine that starts hundreds of instances takes its time. */
const PATIENCE_MS = 60_000

/** What is held against the audit, in its words. */
const AUDITED = ['instance_started', 'instance_stopped', 'tag_moved', 'risk_limits_set'] as const

interface Change {
  readonly what: (typeof AUDITED)[number]
  readonly make: () => Promise<Answer>
}

export interface TroubleSettings {
  readonly instances: number
  /** The two revisions. */
  readonly hashes: readonly string[]
  /** The data folder is a disk that may be filled. */
  readonly hasDisk: boolean
  readonly random: () => number
}

export class Trouble {
  /** What the gateway has said that it did, and what it may have done, its answer being lost; a number of each kind. */
  readonly done = new Map<string, number>()
  readonly lost = new Map<string, number>()
  /** Processes of gateways and hosts. */
  readonly pids = new Set<number>()
  readonly counts = new Map<string, number>()
  private readonly killer: Killer
  private moves = 0

  constructor(
    public gateway: TestGateway,
    private readonly settings: TroubleSettings,
  ) {
    this.killer = new Killer(settings.random)
  }

  /** What the audit has by now is not counted. */
  async begin(): Promise<void> {
    for (const what of AUDITED) {
      this.done.set(what, (await this.gateway.get(`/audit?what=${what}&who=127.0.0.1&limit=1`)).body.total)
    }
  }

  async run(forMs: number): Promise<void> {
    const { random } = this.settings
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      await this.step(choose(random, STEPS))
      await Bun.sleep(random() * LONGEST_PAUSE_MS)
    }
  }

  /** Whoever was stopped runs again, and everybody runs what their tag names. */
  async calmDown(): Promise<void> {
    await this.change({ what: 'risk_limits_set', make: () => this.gateway.put('/risk/limits', {}) })
    const { instances } = (await this.gateway.get('/strategy/instances')).body
    for (const { id, running } of instances as { id: string; running: boolean }[]) {
      if (!running) await this.start(id)
    }
    // a gateway that died in the midst of a move has moved the tag alone
    await this.gateway.post('/strategies/refresh')
  }

  /** Whether this has come to be within patience. */
  async whole(): Promise<boolean> {
    const running = async () => (await this.gateway.get('/strategy/instances?state=running')).body.total
    return await until(async () => (await running()) === this.settings.instances, PATIENCE_MS).then(
      () => true,
      () => false,
    )
  }

  start = (id: string) =>
    this.change({ what: 'instance_started', make: () => this.gateway.post(`/strategy/instances/${id}/start`) })

  stop = (id: string) =>
    this.change({ what: 'instance_stopped', make: () => this.gateway.post(`/strategy/instances/${id}/stop`) })

  private async step(step: (typeof STEPS)[number]): Promise<void> {
    const { random, hasDisk } = this.settings
    add(this.counts, step)
    switch (step) {
      case 'kill': {
        this.note()
        // it may be in the midst of something
        const change = random() < 0.5 ? this.change(await this.anyChange()) : undefined
        await Bun.sleep(random() * 10)
        const { gateway, kill } = await this.killer.kill(this.gateway)
        add(this.counts, kill)
        this.gateway = gateway
        await change
        return
      }
      case 'fill the disk':
        return hasDisk ? this.whileFull() : undefined
      default:
        await this.change(await this.anyChange(step))
    }
  }

  private async whileFull(): Promise<void> {
    const fill = join(this.gateway.folder, 'data/fill')
    Bun.spawnSync(['dd', 'if=/dev/zero', `of=${fill}`, 'bs=64k'], { stderr: 'ignore' })
    await this.gateway.until('/readyz', ({ status }) => status === 503)
    for (let step = 0; step < STEPS_WHILE_FULL; step++) await this.change(await this.anyChange())
    rmSync(fill)
    await this.gateway.until('/readyz', ({ status }) => status === 200)
  }

  private async anyChange(
    step: 'start or stop' | 'move a tag' | 'limit' = choose(this.settings.random, ['start or stop', 'limit']),
  ): Promise<Change> {
    const { random, instances, hashes } = this.settings
    const { gateway } = this
    switch (step) {
      case 'start or stop': {
        const path = `/strategy/instances/${idOf(Math.floor(random() * instances))}`
        const { running } = (await gateway.get(path)).body
        const action = running ? 'stop' : 'start'
        return {
          what: running ? 'instance_stopped' : 'instance_started',
          make: () => gateway.post(`${path}/${action}`),
        }
      }
      case 'move a tag': {
        const tag = choose(random, TAGS)
        const { hash } = (await gateway.get(`/strategies/modules/soak:${tag}`)).body
        const other = hashes.find((one) => one !== hash)
        const message = `move ${++this.moves}`
        const path = `/strategies/modules/soak/tags/${tag}`
        const make = () => gateway.put(path, { hash: other, message, refresh: true })
        return { what: 'tag_moved', make }
      }
      case 'limit': {
        const maxPositionSize = choose(random, ['1', '1000'])
        return { what: 'risk_limits_set', make: () => gateway.put('/risk/limits', { maxPositionSize }) }
      }
    }
  }

  /** Counts it as done when it was, and as perhaps done when nobody answers any more. */
  private async change({ what, make }: Change): Promise<void> {
    try {
      const { status } = await make()
      if (status < 300) add(this.done, what)
    } catch {
      add(this.lost, what)
    }
  }

  /** Who is there now. */
  note(): void {
    const { pid } = this.gateway.child
    for (const one of [pid, ...childrenOf(pid)]) this.pids.add(one)
  }
}

const add = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
