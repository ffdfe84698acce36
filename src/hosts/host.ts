/** A sandbox host at work, as its slot has it: its link, and events in the words of that link. */
import type { KeptInstance, Request } from '../protocol/messages'
import type { Answers, Recovered } from '../protocol/reported'
import { HostEncoder, type Launch } from './encoder'
import type { HostLink } from './link'
import type { Item } from './outbox'

/** Without events in it. */
type PlainRequest = Exclude<Request, { kind: 'launch' | 'roll' | 'recover' }>

export class Host {
  private encoder: HostEncoder
  /** Numbers of all instances that were launched in it. */
  private readonly numbers = new Set<number>()
  /** What it has told of instances, as `kept` counts it: how much of it is done here, is durable, and it knows to be. */
  private heard = 0
  private durable = 0
  private kept = { messages: 0, batches: 0 }

  constructor(readonly link: HostLink) {
    this.encoder = new HostEncoder((notice) => link.send(notice))
  }

  /**
   * Goes on for another host, from what that one has kept.
   * @throws HostDied, or Error when it cannot.
   */
  async goOnFor(path: string, keep: readonly KeptInstance[]): Promise<Recovered> {
    for (const { number } of keep) this.numbers.add(number)
    const recovered = await this.link.request({ kind: 'recover', path, keep })
    this.encoder = new HostEncoder((notice) => this.link.send(notice), recovered.words)
    return recovered
  }

  /** All that came of something that it has told of instances is written, if not durable. */
  took(): void {
    this.heard++
  }

  /** What was written so far is durable. */
  committed(): void {
    this.durable = this.heard
  }

  /** Tells it, where that has changed, what no death of the gateway takes away any more. @param batches see `kept`. */
  tellKept(batches: number): void {
    const { kept, durable: messages, link } = this
    if (link.dead || (kept.messages === messages && kept.batches === batches)) return
    this.kept = { messages, batches }
    link.send({ kind: 'kept', messages, batches })
  }

  /** Whether an instance of this number runs in it, or ever ran. */
  knows(number: number): boolean {
    return this.numbers.has(number)
  }

  /** Lost when the host is gone. @param nowMs by the clock by which the items were published. */
  sendBatch(items: readonly Item[], nowMs: number): void {
    this.encoder.batch(items, nowMs)
  }

  /** @throws Failure launch_failed for the strategy's fault, HostDied, or Error for ours. */
  launch(kind: 'launch' | 'roll', launch: Launch): Promise<Answers['launch']> {
    this.numbers.add(launch.number)
    return this.link.request({ kind, launch: this.encoder.order(launch) })
  }

  /** @throws as `launch` does. */
  request<R extends PlainRequest>(request: R): Promise<Answers[R['kind']]> {
    return this.link.request(request)
  }
}
