/** The instances of a host, and what reaches them: they come, are told, and go. Nothing here looks at a clock. */
import { Failure } from '../errors/failure'
import type { LaunchOrder } from '../protocol/launch'
import type { Request, ToHost } from '../protocol/messages'
import type { Answers, Stopped } from '../protocol/reported'
import type { RiskTerms } from '../trading/risk/gate'
import { Fanout, pricesIn } from './fanout'
import { Instance } from './instance'
import type { InstanceDeps } from './instance-deps'
import { Share, type ShareTerms } from './share'
import type { Snapshot } from './snapshot'

type Batch = Extract<ToHost, { kind: 'batch' }>
/** What is asked of instances. */
export type InstanceRequest = Extract<Request, { kind: 'launch' | 'roll' | 'stop' }>

export class Residents {
  private readonly fanout: Fanout<Instance>
  private readonly instances = new Map<number, Instance>()

  constructor(
    private readonly deps: InstanceDeps,
    /** After an instance has gone. */
    private readonly gone: (number: number) => void,
  ) {
    this.fanout = new Fanout(deps.words)
  }

  get(number: number): Instance | undefined {
    return this.instances.get(number)
  }

  get count(): number {
    return this.instances.size
  }

  all(): IterableIterator<[number, Instance]> {
    return this.instances.entries()
  }

  /** @throws MalformedRecords. */
  deal({ records, own, atMs }: Pick<Batch, 'records' | 'own' | 'atMs'>): void {
    this.fanout.deal(records, own, atMs)
  }

  limit(number: number, terms: RiskTerms): void {
    this.instances.get(number)?.strategy.limit(terms)
  }

  /** One that is stopped is ended, and there until it is forgotten; one that is to sleep on is not. @throws Failure launch_failed, instance_not_found. */
  fulfil(request: InstanceRequest): Answers[InstanceRequest['kind']] {
    return request.kind === 'stop' ? this.stop(request) : this.launch(request.launch)
  }

  /** As it stands, to go on from in another host; undefined while it is at work, asleep, or waits for its venue. */
  snapshot(number: number): Snapshot | undefined {
    return this.instances.get(number)?.snapshot(() => this.fanout.pricesOf(number))
  }

  /** Goes on from there. */
  restore({ launch, state }: Snapshot): void {
    this.launch(launch)
    this.instances.get(launch.number)?.strategy.resume(state)
  }

  /** The last priced records of what it can see. */
  pricesOf(number: number): Uint8Array {
    return this.fanout.pricesOf(number)
  }

  /** It is among those who have seen these prices last. */
  seed(number: number, records: Uint8Array): void {
    this.fanout.seed(number, pricesIn(records))
  }

  forget(number: number): void {
    this.instances.delete(number)
    this.fanout.leave(number)
    this.gone(number)
  }

  /** It is not to go on here, and nobody is told. */
  dismiss(number: number): void {
    this.instances.get(number)?.[Symbol.dispose]()
    this.instances.delete(number)
    this.fanout.leave(number)
  }

  private launch(launch: LaunchOrder): Answers['launch'] {
    const { number } = launch
    const prices = pricesIn(launch.market)
    const former = this.instances.get(number)
    const share = former?.share ?? new Share(shareOf(launch))
    const make = () => new Instance(this.deps, launch, prices, share, former)
    const instance = this.deps.time.turns.charged(share, make)
    this.instances.set(number, instance)
    this.fanout.join(number, instance, instance.resident, prices)
    return instance.started
  }

  private stop({ number, unlessAsleep }: Extract<InstanceRequest, { kind: 'stop' }>): Stopped {
    const instance = this.instances.get(number)
    if (!instance) throw new Failure('instance_not_found', 'the instance runs no more')
    return unlessAsleep && instance.isAsleep ? instance.sleepOn() : instance.stop()
  }
}

const shareOf = ({ spec: { cpuBudget } }: LaunchOrder): ShareTerms =>
  cpuBudget === undefined ? {} : { budget: cpuBudget }
