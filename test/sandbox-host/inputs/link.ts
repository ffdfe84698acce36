/** A sandbox host within this process that may keep what it is told, and what its gateway comes to know of it. */
import { compileStrategy, compiling } from '../../../src/compiler/compile'
import { HostEncoder } from '../../../src/hosts/encoder'
import { type Item, NEVER_OLD } from '../../../src/hosts/outbox'
import { Placement } from '../../../src/hosts/placement'
import { frameOf } from '../../../src/protocol/frames'
import type { LaunchSpec } from '../../../src/protocol/launch'
import type { FromHost, KeptInstance, Request, ToHost } from '../../../src/protocol/messages'
import type { Act, Answers, Recovered } from '../../../src/protocol/reported'
import { PROTOCOL_VERSION } from '../../../src/protocol/version'
import { loadEngine } from '../../../src/sandbox/engine'
import { serveSandboxes } from '../../../src/sandbox-host/serve'
import type { MarketEvent } from '../../../src/schema/events'
import type { Order } from '../../../src/schema/orders'
import { filled, Heard, specOf, strategy } from '../../hosts/hosts'
import { until } from '../../until'

const engine = await loadEngine()
const programs = new Map<string, Uint8Array>()

/** What was told of one instance. */
export class Story {
  readonly acts: Act[] = []
  readonly lines: string[] = []
  handled = 0
  state = '{}'
  failure = ''

  get orders(): Order[] {
    return this.acts.flatMap((act) => (act.kind === 'ordered' ? [act.order] : []))
  }

  copy(): Story {
    const { handled, state, failure } = this
    const copy = Object.assign(new Story(), { handled, state, failure })
    copy.acts.push(...this.acts)
    copy.lines.push(...this.lines)
    return copy
  }
}

export interface LinkOptions {
  readonly mostRedoMs?: number
  /** What its gateway knows already, by number. */
  readonly known?: ReadonlyMap<number, Story>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export class Link {
  readonly said: FromHost[] = []
  readonly stories: Map<number, Story>
  /** How much was said of instances. */
  messages = 0
  batches = 0
  private encoder: HostEncoder
  private readonly serve: (message: ToHost, frame: Uint8Array) => void
  private requests = 0
  private isDead = false
  /** The number of the report that is being sent. */
  private report = 0

  private constructor({ mostRedoMs = 1_000_000, known = new Map(), now = Date.now }: LinkOptions) {
    this.stories = new Map(Array.from(known, ([number, story]) => [number, story.copy()]))
    this.serve = serveSandboxes({
      build: 'this',
      engine: Promise.resolve(engine),
      compile: compiling,
      now,
      clock: () => performance.now(),
      cpu: () => performance.now(),
      running: () => undefined,
      confine: () => [],
      gateway: { send: (message) => this.heard(message), backlog: 0, taken: () => Promise.resolve() },
    })
    this.encoder = new HostEncoder((message) => this.send(message))
    const settings = { saveEveryMs: 1_000_000_000, maxWaiting: 1000, maxWaitingBytes: 1 << 20, mostRedoMs }
    this.send({ kind: 'hello', protocol: PROTOCOL_VERSION, build: 'this', settings })
  }

  static async open(options: LinkOptions = {}): Promise<Link> {
    const link = new Link(options)
    await until(() => link.said.some(({ kind }) => kind === 'ready'))
    return link
  }

  static async recording(path: string, options: LinkOptions = {}): Promise<Link> {
    const link = await Link.open(options)
    await link.ask({ kind: 'record', path })
    return link
  }

  /** Nothing that it says is heard any more, and nothing is said to it. */
  die(): void {
    this.isDead = true
  }

  story(number: number): Story {
    const story = this.stories.get(number) ?? new Story()
    this.stories.set(number, story)
    return story
  }

  /** What a gateway asks for that knows as much as this one. */
  kept(number: number, change: Partial<KeptInstance> = {}): KeptInstance {
    const { acts, lines } = this.story(number)
    return { number, instanceId: `i${number}`, rolls: 0, acts: acts.length, lines: lines.length, ...change }
  }

  async recover(path: string, ...keep: KeptInstance[]): Promise<Recovered> {
    const recovered = await this.ask({ kind: 'recover', path, keep })
    this.encoder = new HostEncoder((message) => this.send(message), recovered.words)
    this.batches = recovered.batches
    return recovered
  }

  goOn(): void {
    this.send({ kind: 'goOn' })
  }

  /** What is said so far is written down. */
  keeps(batches = this.batches): void {
    this.send({ kind: 'kept', messages: this.messages, batches })
  }

  /** What nobody goes on from any more is kept. */
  retains(): void {
    this.send({ kind: 'retain', forMs: 3_600_000, bytes: 1 << 30 })
  }

  launch(number: number, body: string, change: Partial<LaunchSpec> = {}, kind: 'launch' | 'roll' = 'launch') {
    const launch = this.encoder.order({
      number,
      spec: specOf(`i${number}`, programOf(body), change),
      startMs: number * 1000,
      tradingActive: true,
      risk: { limits: {}, halts: {} },
      maxAgeMs: 600_000,
      market: [],
    })
    return this.ask({ kind, launch })
  }

  /** Trades, in one batch; resolves when it is worked. */
  trades(...prices: readonly number[]): Promise<boolean> {
    return this.batch(prices.map((price) => ({ event: trade(price), atMs: NEVER_OLD })))
  }

  /** A trade for each of these numbers of its provider, in a batch each. */
  async numbered(...sequences: readonly number[]): Promise<void> {
    for (const sequence of sequences) await this.batch([{ event: { ...trade(sequence), sequence }, atMs: NEVER_OLD }])
  }

  /** Trades that are left out where too many wait, in one batch. */
  async dated(...sequences: readonly number[]): Promise<void> {
    const atMs = performance.now()
    await this.batch(sequences.map((sequence) => ({ event: { ...trade(sequence), sequence }, atMs })))
  }

  /** Makes a segment of the log full, with what nobody wants. */
  async fill(): Promise<void> {
    const event = { ...trade(1), symbol: 'NONE-USDT', eventId: 'x'.repeat(1 << 20) }
    for (let count = 0; count < 9; count++) await this.batch([{ event, atMs: NEVER_OLD }])
  }

  /** An event that nobody wants. */
  ofNobody(change: Partial<Pick<MarketEvent, 'symbol' | 'eventId'>> = {}): Promise<boolean> {
    return this.batch([{ event: { ...trade(1), symbol: 'NONE-USDT', ...change }, atMs: NEVER_OLD }])
  }

  /** A report, alone in its batch, that an order is filled. @param report its number in the journal. */
  fills(number: number, order: Order, report: number): Promise<boolean> {
    const spec = specOf(`i${number}`, new Uint8Array(0))
    const placement = new Placement(number, spec, new Heard(spec.scope))
    const told = filled(order, '100')
    const event = placement.eventsAt('sim').reported(told)
    this.report = report
    return this.batch([{ placement, content: { event }, effect: { provider: 'sim', report: told } }])
  }

  async ask<R extends Request>(request: R): Promise<Answers[R['kind']]> {
    const id = ++this.requests
    this.send({ kind: 'request', id, request })
    const find = () => this.said.find((one) => (one.kind === 'answer' || one.kind === 'failure') && one.id === id)
    await until(() => find() !== undefined)
    const answer = find()!
    if (answer.kind !== 'answer') throw new Error(answer.kind === 'failure' ? answer.message : answer.kind)
    return answer.answer as Answers[R['kind']]
  }

  /** @returns whether something of it is left behind. */
  private async batch(items: readonly Item[]): Promise<boolean> {
    const from = this.said.length
    this.batches++
    this.encoder.batch(items, performance.now())
    const find = () => this.said.slice(from).find((one) => one.kind === 'worked')
    await until(() => find() !== undefined)
    return find()?.behind === true
  }

  private send(message: ToHost): void {
    if (this.isDead) return
    const own = message.kind === 'batch' ? message.own.map((one) => ({ ...one, report: this.report })) : []
    const whole = message.kind === 'batch' ? { ...message, own } : message
    this.serve(whole, frameOf(whole))
  }

  private heard(message: FromHost): void {
    if (this.isDead) return
    this.said.push(message)
    switch (message.kind) {
      case 'acts': {
        const story = this.story(message.number)
        if (message.first > story.acts.length) throw new Error('acts are missing')
        story.acts.push(...message.acts.slice(story.acts.length - message.first))
        story.handled = Math.max(story.handled, message.handled)
        story.state = message.state ?? story.state
        break
      }
      case 'logs':
        for (const { number, place, message: text } of message.lines) {
          const { lines } = this.story(number)
          if (place > lines.length) throw new Error('lines are missing')
          if (place === lines.length) lines.push(text)
        }
        break
      case 'handled':
        for (const { number, handled, state } of message.own) {
          const story = this.story(number)
          story.handled = Math.max(story.handled, handled)
          story.state = state ?? story.state
        }
        break
      case 'state':
        this.story(message.number).state = message.state
        break
      case 'failed':
        this.story(message.number).failure = message.reason
        break
      default:
        return
    }
    this.messages++
  }
}

export const trade = (price: number): MarketEvent => ({
  eventId: '',
  provider: 'sim',
  symbol: 'BTC-USDT',
  sequence: 0,
  timeMs: price * 1000,
  type: 'Trade',
  payload: { tradeId: '1', side: 'Buy', price: String(price), quantity: '1', timestamp: 0 },
})

export function programOf(body: string): Uint8Array {
  const known = programs.get(body)
  if (known) return known
  const compiled = compileStrategy(engine, new TextEncoder().encode(strategy(body)))
  if ('diagnostics' in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '))
  programs.set(body, compiled.program)
  return compiled.program
}
