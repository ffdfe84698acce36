/**
 * Another program over the inputs of a run. It is given each event as it came, whatever the recorded one was doing then:
 * a sleep moves its own clock and nobody waits. What the venue reported of the recorded one's orders it is told for as
 * long as whoever asks says so.
 */
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { LaunchOrder } from '../../protocol/launch'
import type { OwnRecord, ToHost } from '../../protocol/messages'
import { RecordCursor } from '../../sandbox/cursor'
import { decoded } from '../../sandbox/decoded'
import { HANDLER_NUMBER, type HandlerName, KIND } from '../../sandbox/layout'
import { WordTable } from '../../sandbox/words'
import type { Chances } from '../../sandbox-host/inputs/chances'
import type { Time } from '../../sandbox-host/instance-deps'
import { type InstanceRequest, Residents } from '../../sandbox-host/residents'
import type { Turns } from '../../sandbox-host/scheduler'
import { isRecord } from '../../schema/record'
import { beginningBlocks, type RecordedRun } from './archived-run'
import { hostDeps, type Ran, type RerunDeps } from './rerun'
import { HandlerWatch } from './watched-host'

export interface OtherDeps extends RerunDeps {
  readonly program: Uint8Array
  /** Its config, of that of the recorded one. @throws Failure invalid_config. */
  readonly config: (recorded: LaunchOrder['spec']['config']) => LaunchOrder['spec']['config']
  /** Whether it is told of an order of the recorded one, or of what has become of that one's money: undefined. */
  readonly isTold: (clientOrderId: string | undefined) => boolean
}

export interface OtherRan extends Omit<Ran, 'prefixes'> {
  /** The recorded one went on with its variables somewhere, and this one with `helpers.state` alone. */
  readonly isFresh: boolean
}

/** @throws Failure launch_failed, invalid_config. */
export async function rerunOther(run: RecordedRun, deps: OtherDeps): Promise<OtherRan> {
  const other = new Other(run, deps)
  await other.run()
  return other.ran()
}

class Other {
  private readonly words = new WordTable()
  private readonly watch: HandlerWatch
  private readonly residents: Residents
  private readonly turns = new OneByOne()
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))
  /** Those of the last program that it ran. */
  private handlers: readonly HandlerName[] = []
  private isFresh = false
  /** The time of the last event, ms. */
  private nowMs = 0

  constructor(
    private readonly recorded: RecordedRun,
    private readonly deps: OtherDeps,
  ) {
    this.watch = new HandlerWatch(this.words, deps.teller, () => this.handlers)
    const time: Time = { turns: this.turns, chances: this.chances() }
    const { words, watch } = this
    this.residents = new Residents(
      hostDeps({ ...deps, words, watch, time, launched: () => undefined }, () => this.forget()),
      () => undefined,
    )
  }

  /** Once it is done. */
  ran(): OtherRan {
    return { ...this.watch.end(), isFresh: this.isFresh }
  }

  /** @throws Failure launch_failed, invalid_config. */
  async run(): Promise<void> {
    const { begins, blocks, startMs } = this.recorded
    this.nowMs = startMs
    for (const { entries } of [...beginningBlocks(this.recorded), ...blocks]) {
      for (const entry of entries) {
        if (entry.kind === 'head') this.begin(entry.words, begins)
        else if (entry.kind === 'asked') this.nowMs = Math.max(this.nowMs, entry.nowMs)
        else if (entry.kind === 'message') {
          this.reader.push(entry.frame)
          await this.settle()
        }
      }
    }
  }

  /** With what its predecessor had, but for its variables. */
  private begin(words: Uint8Array, begins: RecordedRun['begins']): void {
    this.words.learn(words)
    if (begins) this.residents.restore({ launch: this.own(begins.launch), state: begins.state })
  }

  private tell(message: ToHost): void {
    const { residents, words } = this
    switch (message.kind) {
      case 'words':
        words.learn(message.records)
        break
      case 'batch':
        residents.deal(this.toldOf(message))
        break
      case 'risk':
        residents.limit(message.number, message.terms)
        break
      case 'request':
        if (message.request.kind === 'launch' || message.request.kind === 'roll') this.ask(message.request)
    }
  }

  private ask({ kind, launch }: Exclude<InstanceRequest, { kind: 'stop' }>): void {
    const { residents } = this
    // it has ended by itself before that
    if (kind === 'roll' && !residents.get(launch.number)) return
    residents.fulfil({ kind, launch: this.own(launch) })
  }

  private own({ spec, ...launch }: LaunchOrder): LaunchOrder {
    const { checkpoint, ...rest } = spec
    this.isFresh ||= checkpoint !== undefined
    const { program, config } = this.deps
    return { ...launch, spec: { ...rest, program, config: config(spec.config), recorded: true } }
  }

  private async settle(): Promise<void> {
    const instance = this.residents.get(this.recorded.number)
    this.handlers = instance?.started.handlers ?? this.handlers
    while (instance?.isDue) await this.turns.turnOf(() => instance.turn())
  }

  private forget(): void {
    const { number } = this.recorded
    this.residents.forget(number)
  }

  /** Without reports of what it has not ordered. */
  private toldOf(batch: Extract<ToHost, { kind: 'batch' }>): Extract<ToHost, { kind: 'batch' }> {
    const cursor = new RecordCursor(batch.records)
    const kept: Uint8Array[] = []
    const own: OwnRecord[] = []
    let ownAt = 0
    for (let index = 0; cursor.next(); index++) {
      const record = batch.records.subarray(cursor.start, cursor.end)
      const mine = batch.own[ownAt]
      if (mine?.at === index) {
        ownAt++
        if (!this.isTold(cursor, record)) continue
        own.push({ ...mine, at: kept.length })
      }
      if (cursor.isEvent) this.nowMs = Math.max(this.nowMs, cursor.timeMs)
      kept.push(record)
    }
    return { ...batch, records: Buffer.concat(kept), own }
  }

  private isTold(cursor: RecordCursor, record: Uint8Array): boolean {
    const { isTold } = this.deps
    if (cursor.isEvent && cursor.handlerNumber === HANDLER_NUMBER.onBalanceUpdate) return isTold(undefined)
    if (cursor.kind !== KIND.ExecReport) return true
    const { payload } = decoded(record, this.words)
    return isTold(isRecord(payload) ? String(payload.clientOrderId) : undefined)
  }

  /** Nothing depends on a clock here. */
  private chances(): Chances {
    return {
      isRepeating: true,
      portion: (_, whole) => {
        this.watch.delivering(whole)
        return whole
      },
      saved: () => undefined,
      relieved: () => undefined,
      slept: () => {
        throw new Error('nobody sleeps on the clock of a recording')
      },
      woke: () => undefined,
      now: () => this.nowMs,
      admits: () => true,
    }
  }
}

/** Turns of one instance, each until it is over. */
class OneByOne implements Turns {
  readonly isLong = true
  private over: (() => void) | undefined

  async turnOf(turn: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.over = resolve
    if (!turn()) this.end()
    await promise
  }

  add(): void {
    // it has its turn when it is due
  }

  end(): void {
    const { over } = this
    this.over = undefined
    over?.()
  }

  charged<Result>(_: unknown, work: () => Result): Result {
    return work()
  }

  saves(): void {
    // nothing is written
  }
}
