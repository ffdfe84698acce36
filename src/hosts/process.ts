/** One process that runs sandboxes: started, spoken to, watched, killed when it does not answer. */
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import { Channel, HOST_END } from '../protocol/channel'
import type { Answers, FromHost, HostSettings, Request, ToHost } from '../protocol/messages'
import { RunningMarker } from '../protocol/running-marker'
import { deathOf, type HostDied } from './death'
import { HostEncoder, type Launch } from './encoder'
import type { Item } from './outbox'
import { isStarved, type ProcessTimes, timesOf } from './silence'

export interface ProcessSettings extends Omit<HostSettings, 'markerPath'> {
  /** The executable and its arguments. */
  readonly command: readonly string[]
  /** A host that says nothing for so long is killed. */
  readonly heartbeatMs: number
  /** How often the machine has killed a process for want of memory, so far. */
  readonly oomKills: () => number
}

/** Without events in it. */
type PlainRequest = Extract<Request, { kind: 'stop' | 'compile' }>

/** News of a host; answers to requests are not among them. */
export type HostMessage = Exclude<FromHost, { kind: 'ready' | 'answer' | 'failure' | 'pong' | 'broken' }>

const BEATS = 4
/** One that is given no time is waited for so many times as long. */
const MOST_PATIENCE = 10
/** Its warm-up does not listen. */
const START_MS = 30_000
const PARTING_MS = 1000
/** After some 150 instances each new memory costs a full collection, unless JavaScriptCore may keep more of them. */
const ENVIRONMENT = { BUN_JSC_maxNumWasmFastMemories: '2000' }

export class HostProcess implements AsyncDisposable {
  engineHash = ''
  /** Settles when the process is gone and all that it has said is heard. */
  readonly ended: Promise<HostDied>
  private readonly child: Bun.Subprocess<'ignore', 'ignore', 'pipe'>
  private readonly channel: Channel<FromHost, ToHost>
  private readonly encoder = new HostEncoder((message) => this.send(message))
  private readonly hungUp = Promise.withResolvers<void>()
  private readonly ready = Promise.withResolvers<void>()
  private readonly answers = new Map<number, PromiseWithResolvers<Answers[keyof Answers]>>()
  private lastRequest = 0
  /** Beats since it was heard of. */
  private silence = 0
  private lastHeard: ProcessTimes | undefined
  private verdict: string | undefined
  private isStarved = false
  private readonly oomKillsBefore: number
  private death: HostDied | undefined

  private constructor(
    private readonly settings: ProcessSettings,
    private readonly news: (news: HostMessage) => void,
    log: (line: string) => void,
    signal: AbortSignal,
  ) {
    this.oomKillsBefore = settings.oomKills()
    const markerPath = join(tmpdir(), `meltica-host-${randomUUID()}`)
    const marker = RunningMarker.create(markerPath)
    const { command, heartbeatMs, ...hostSettings } = settings
    this.child = Bun.spawn([...command], { env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe', 'socket-fd'] })
    this.channel = new Channel(this.child.stdio[HOST_END]!, {
      heard: (message) => this.heard(message),
      closed: () => this.hungUp.resolve(),
    })
    this.send({ kind: 'begin', settings: { markerPath, ...hostSettings } })
    this.ended = this.watch(marker, heartbeatMs)
    void relay(this.child.stderr, log)
    const giveUp = () => this.child.kill('SIGKILL')
    signal.addEventListener('abort', giveUp)
    const keep = () => signal.removeEventListener('abort', giveUp)
    this.ready.promise.then(keep, keep)
  }

  /** @param signal ends it while it comes up. @throws Error when it does not come up. */
  static async start(
    settings: ProcessSettings,
    news: (news: HostMessage) => void,
    log: (line: string) => void,
    signal: AbortSignal,
  ): Promise<HostProcess> {
    const host = new HostProcess(settings, news, log, signal)
    await host.ready.promise
    return host
  }

  get pid(): number {
    return this.child.pid
  }

  /** Nothing is heard of it any more, and what is sent to it is lost. */
  get dead(): boolean {
    return this.death !== undefined
  }

  /** Requests without an answer. */
  get pending(): number {
    return this.answers.size
  }

  /** Lost when the process is gone. */
  send(message: ToHost): void {
    this.channel.send(message)
  }

  /** Lost when the process is gone. @param nowMs by the clock by which the items were published. */
  sendBatch(items: readonly Item[], nowMs: number): void {
    this.encoder.batch(items, nowMs)
  }

  /** @throws Failure launch_failed for the strategy's fault, HostDied, or Error for ours. */
  launch(kind: 'launch' | 'roll', launch: Launch): Promise<Answers['launch']> {
    return this.answerTo((id) => this.encoder.launch(id, kind, launch))
  }

  /** @throws as `launch` does. */
  request<R extends PlainRequest>(request: R): Promise<Answers[R['kind']]> {
    return this.answerTo((id) => this.send({ kind: 'request', id, request }))
  }

  private async answerTo<A extends Answers[keyof Answers]>(ask: (id: number) => void): Promise<A> {
    if (this.death) throw this.death
    const id = ++this.lastRequest
    const answer = Promise.withResolvers<Answers[keyof Answers]>()
    this.answers.set(id, answer)
    ask(id)
    return (await answer.promise) as A
  }

  /** Lets it go; it ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close()
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), PARTING_MS)
    await this.ended
    clearTimeout(deadline)
  }

  private heard(message: FromHost): void {
    if (this.dead) return
    this.silence = 0
    switch (message.kind) {
      case 'ready':
        this.engineHash = message.engineHash
        this.ready.resolve()
        break
      case 'broken':
        this.ready.reject(new Error(`a sandbox host does not work: ${message.message}`))
        break
      case 'pong':
        break
      case 'answer':
        this.settle(message.id)?.resolve(message.answer)
        break
      case 'failure': {
        const { refusal, message: text } = message
        this.settle(message.id)?.reject(refusal ? new Failure('launch_failed', text) : new Error(text))
        break
      }
      default:
        this.news(message)
    }
  }

  private kill(reason: string): void {
    this.verdict = `${reason} and was killed`
    this.child.kill('SIGKILL')
  }

  private settle(id: number): PromiseWithResolvers<Answers[keyof Answers]> | undefined {
    const answer = this.answers.get(id)
    this.answers.delete(id)
    return answer
  }

  /** Counts beats, not time: when the gateway itself was held up, its beats were, too. */
  private async watch(marker: RunningMarker, heartbeatMs: number): Promise<HostDied> {
    const start = setTimeout(() => this.kill(`it did not come up within ${START_MS} ms`), START_MS)
    const beat = setInterval(() => {
      if (this.engineHash === '') return
      if (this.silence === 0) this.lastHeard = timesOf(this.pid)
      if (++this.silence <= BEATS) this.send({ kind: 'ping' })
      else if (!isStarved(this.lastHeard, timesOf(this.pid), heartbeatMs))
        this.kill(`it said nothing for ${heartbeatMs} ms`)
      else if (this.silence > BEATS * MOST_PATIENCE) {
        this.isStarved = true
        this.kill(`it was given no time to answer for ${MOST_PATIENCE * heartbeatMs} ms`)
      }
    }, heartbeatMs / BEATS)
    this.ready.promise.finally(() => clearTimeout(start)).catch(() => undefined)
    await this.child.exited
    clearInterval(beat)
    const deadline = setTimeout(() => this.hungUp.resolve(), PARTING_MS)
    await this.hungUp.promise
    clearTimeout(deadline)
    const { exitCode: status, signalCode } = this.child
    const signal = signalCode === null ? null : String(signalCode)
    const memoryRanOut = this.settings.oomKills() > this.oomKillsBefore
    this.death = deathOf(
      { verdict: this.verdict, isStarved: this.isStarved, signal, status, memoryRanOut },
      marker.running,
    )
    this.ready.reject(this.death)
    for (const answer of this.answers.values()) answer.reject(this.death)
    this.answers.clear()
    return this.death
  }
}

async function relay(output: ReadableStream<Uint8Array>, log: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  for await (const bytes of output) log(decoder.decode(bytes).trimEnd())
}
