/**
 * Another program over the inputs of a run. As long as it does what the recorded one did it is given what that one was
 * given, in the same portions: what was left out while that one slept or was slow does not come to it either. From where
 * they part on each event comes to it that came to the host, and nobody waits: a sleep moves its own clock. What the venue
 * reported of the recorded one's orders it is told for as long as whoever asks says so.
 */
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { LaunchOrder } from '../../protocol/launch'
import type { OwnRecord, ToHost } from '../../protocol/messages'
import { RecordCursor } from '../../sandbox/cursor'
import { decoded } from '../../sandbox/decoded'
import { HANDLER_NUMBER, type HandlerName, KIND } from '../../sandbox/layout'
import { WordTable } from '../../sandbox/words'
import { subscriptionKey } from '../../sandbox-host/group'
import type { Entry } from '../../sandbox-host/inputs/entry'
import type { Time } from '../../sandbox-host/instance-deps'
import { OneByOne } from '../../sandbox-host/one-by-one'
import { type InstanceRequest, Residents } from '../../sandbox-host/residents'
import { isRecord } from '../../schema/record'
import { beginningBlocks, type RecordedRun } from './archived-run'
import { Following } from './following'
import { hostDeps, type Ran, type RerunDeps } from './rerun'
import { HandlerWatch } from './watched-host'

export interface OtherDeps extends RerunDeps {
  readonly program: Uint8Array
  /** Its config, of that of the recorded one. @throws Failure invalid_config. */
  readonly config: (recorded: LaunchOrder['spec']['config']) => LaunchOrder['spec']['config']
  /** Whether it is told of an order of the recorded one, or of what has become of that one's money: undefined. */
  readonly isTold: (clientOrderId: string | undefined) => boolean
  /** Whether it has ordered and slept as the recorded one so far. */
  readonly agrees: () => boolean
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
  private readonly following: Following
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))
  /** Those of the last program that it ran. */
  private handlers: readonly HandlerName[] = []
  private isFresh = false
  /** What the recorded one did not wait for, this one does not either. */
  private isOfRecording = false

  constructor(
    private readonly recorded: RecordedRun,
    private readonly deps: OtherDeps,
  ) {
    this.watch = new HandlerWatch(this.words, deps.teller, () => this.handlers)
    const { words, watch } = this
    const steps = [...beginningBlocks(recorded), ...recorded.blocks].flatMap(({ entries }) => entries)
    this.following = new Following(steps, { watch, nowMs: recorded.startMs, agrees: deps.agrees })
    const time: Time = { turns: this.turns, chances: this.following }
    const isRecorded = () => this.isOfRecording || !this.following.isOn
    const { ends } = recorded
    this.residents = new Residents(
      {
        ...hostDeps({ ...deps, words, watch, time, launched: () => undefined, ...(ends && { ends }) }, () =>
          this.forget(),
        ),
        isRecorded,
      },
      () => undefined,
    )
  }

  /** Once it is done. */
  ran(): OtherRan {
    return { ...this.watch.end(), isFresh: this.isFresh }
  }

  /** @throws Failure launch_failed, invalid_config. */
  async run(): Promise<void> {
    const { following } = this
    for (let step = following.next(); step; step = following.next()) {
      await this.repeat(step)
      const instance = this.instance
      this.handlers = instance?.started.handlers ?? this.handlers
      if (!following.isOn) await this.settle()
    }
  }

  private get instance() {
    return this.residents.get(this.recorded.number)
  }

  private async repeat(step: Entry): Promise<void> {
    const { following, instance } = this
    switch (step.kind) {
      case 'head':
        this.begin(step.words)
        break
      case 'message':
        this.reader.push(step.frame)
        break
      case 'resident':
        this.compare(step)
        break
      case 'slept':
        // and this one did not
        following.part()
        break
      case 'turn':
        if (following.isOn) await this.turn(step.length)
        break
      case 'woke':
        if (!following.isOn) break
        instance?.repeat('woke')
        await this.turn()
        break
      case 'drained':
        while (following.isOn && this.instance?.isDue) await this.turn()
        break
      case 'relieved':
        if (following.isOn) instance?.repeat({ relievedMs: step.nowMs })
        break
      case 'saved':
        if (following.isOn) instance?.repeat('saved')
    }
  }

  /** With what its predecessor had, but for its variables. */
  private begin(words: Uint8Array): void {
    const { begins } = this.recorded
    this.words.learn(words)
    if (!begins) return
    this.isOfRecording = begins.launch.spec.recorded
    this.residents.restore({ launch: this.own(begins.launch), state: begins.state })
  }

  /** It can be given the same only where it wants the same. */
  private compare({ resident, before, number }: Extract<Entry, { kind: 'resident' }>): void {
    const { instance, following } = this
    if (!instance) return
    if (before.length > 0) this.residents.seed(number, before)
    if (subscriptionKey(instance.resident) !== subscriptionKey(resident)) following.part()
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
    const { residents, following } = this
    // the recorded one went on as it was
    if (following.wasRefused()) return
    // it has ended by itself before that
    if (kind === 'roll' && !residents.get(launch.number)) return
    this.isOfRecording = launch.spec.recorded
    residents.fulfil({ kind, launch: this.own(launch) })
  }

  /** What the very same program has kept in its variables is its own. */
  private own({ spec, ...launch }: LaunchOrder): LaunchOrder {
    const { checkpoint, ...rest } = spec
    const { program } = this.deps
    const config = this.deps.config(spec.config)
    const isSame = Buffer.compare(program, spec.program) === 0 && Bun.deepEquals(config, spec.config)
    if (checkpoint && isSame) return { ...launch, spec }
    this.isFresh ||= checkpoint !== undefined
    return { ...launch, spec: { ...rest, program, config } }
  }

  private async turn(length?: number): Promise<void> {
    const { instance, following } = this
    if (!instance) return
    following.length = length
    await this.turns.turnOf(() => instance.turn())
    following.look()
  }

  /** Nobody waits: all that there is is handled, and sleeps are over. */
  private async settle(): Promise<void> {
    for (let instance = this.instance; instance?.isDue || instance?.isAsleep; instance = this.instance) {
      if (instance.isAsleep) instance.repeat('woke')
      await this.turn()
    }
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
      if (cursor.isEvent) this.following.passed(cursor.timeMs)
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
}
