/** A strategy in a backtest, with what it takes to run it there. */
import { Failure } from '../errors/failure'
import type { Fault } from '../sandbox/fault'
import { faultMessage, type PlacedFault } from '../sandbox/fault-message'
import { Sandbox } from '../sandbox/sandbox'
import { SourceMap } from '../sandbox/source-map'
import type { Instrument } from '../schema/events'
import { RiskGate } from '../trading/risk/gate'
import type { Line } from '../trading/session/logbook'
import { idPrefix } from '../trading/session/order-entry'
import { Session } from '../trading/session/session'
import { Loop } from './loop'
import type { BacktestMarket } from './market'
import type { RunObserver } from './observer'
import type { Member, MemberRan, Parts, Together } from './terms'
import { BacktestVenue } from './venue'
import type { WarmUp } from './warm-up'

/** It starts once: nothing has to tell its order ids from those of another start. */
const ONLY_START = 0
/** Events that are delivered at once, at most. */
export const BATCH = 256

interface Place {
  readonly accounts: Together['accounts']
  readonly market: BacktestMarket
  /** That of the market. */
  readonly warmUp: WarmUp
  readonly instrument: (symbol: string) => Instrument
  readonly observer: RunObserver
}

/** A strategy with what it takes to run it. */
export class Seat implements Disposable {
  loop!: Loop
  private readonly venue: BacktestVenue
  private readonly session: Session
  private readonly sandbox: Sandbox

  constructor(
    private readonly parts: Parts,
    private readonly member: Member,
    private readonly place: Place,
  ) {
    const { label, config, strategy } = member
    const { accounts, market, instrument, observer } = place
    const { provider, settings, feed, engine, members } = parts
    const isAlone = members.length === 1
    const owner = isAlone || accounts === 'shared' ? provider : label
    const terms = { provider, name: label, owner, ...(!isAlone && { label, isShared: accounts === 'shared' }) }
    this.venue = new BacktestVenue(terms, feed, instrument, market, observer)
    const { logged = () => undefined } = observer
    const told = (message: string) => (isAlone ? message : `${label}: ${message}`)
    const lines = { hasRoom: () => true, send: ({ message }: Line, timeMs: number) => logged(timeMs, told(message)) }
    const { seed, rates } = settings
    const session = { idPrefix: idPrefix(isAlone ? strategy.name : label, ONLY_START), dryRun: config.dry_run === true }
    this.session = new Session({ ...session, seed, rates }, new RiskGate(), this.venue, lines)
    this.sandbox = new Sandbox(engine, this.session)
  }

  start(): void {
    const { sandbox, venue } = this
    const { config, strategy } = this.member
    const { provider, feed, batch = BATCH, encodings } = this.parts
    const { observer, warmUp } = this.place
    const of = this.venue.label
    const faulted = (fault: PlacedFault, timeMs: number) => observer.faulted?.(fault, timeMs, of)
    if (strategy.sourceMap !== undefined) sandbox.sourceMap = new SourceMap(strategy.sourceMap)
    const loaded = sandbox.load(strategy.bytecode)
    if ('fault' in loaded) throw failedToLaunch('the module', strategy.file, loaded.fault)
    const dryRun = config.dry_run === true
    const environment = { config, providers: [provider], symbols: feed.symbols, dryRun, tradingActive: warmUp.isOver }
    const created = sandbox.start(environment)
    if ('fault' in created) throw failedToLaunch('create', strategy.file, created.fault)
    const handlers = new Set(created.started.handlers)
    venue.handlers = handlers
    const { file } = strategy
    const told = { batch, faulted, ...(encodings && { encodings }) }
    this.loop = new Loop({ file, sandbox, handlers, venue, warmUp: warmUp.again(), dryRun, ...told })
  }

  seeThrough(index: number): void {
    this.venue.seeThrough(index)
  }

  end(): void {
    this.loop.end(this.session.ownMs(this.venue.timeMs))
  }

  get liquidatedMs(): number | undefined {
    return this.venue.liquidatedMs
  }

  get ran(): MemberRan {
    const { orders, skipped, logbook } = this.session
    const { errors, stopped = null, handled } = this.loop
    const awaited =
      !handled && this.parts.settings.timeframes !== undefined && this.venue.handlers.has('onKlineSummary')
    return { label: this.member.label, orders, skipped, logs: logbook.count, errors, stopped, handled, awaited }
  }

  [Symbol.dispose](): void {
    this.sandbox[Symbol.dispose]()
  }
}

function failedToLaunch(what: string, file: string, fault: Fault): Failure {
  return new Failure('launch_failed', faultMessage(what, file, fault))
}
