/** What Prometheus reads at /metrics: the strategy metrics of the manual, the flow of events and orders, HTTP, the process. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ROLLOUT_STATES, type RolloutState } from '../schema/rollouts'
import { Durations } from './durations'
import { GatewayMetrics } from './gateway-metrics'
import { InstanceMetrics } from './instance-metrics'
import { BoundedCounter, MAX_SERIES, OTHERS } from './series'

/** Under Bun these are always 0, empty or wrong. */
const UNTRUE = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_gc_duration_seconds',
  'nodejs_heap_space_size_available_bytes',
  'nodejs_heap_space_size_total_bytes',
  'nodejs_heap_space_size_used_bytes',
  'nodejs_version_info',
  'process_heap_bytes',
]

/** Seconds; the catalogue answers below a millisecond, an upload within some. */
const REQUEST_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export interface MetricsSettings {
  /** The label `environment` of the tag counters. */
  readonly environment: string
  /** Which program this is. */
  readonly build?: BuildInfo
}

export interface BuildInfo {
  readonly version: string
  readonly commit: string
  /** The digest of the engine that strategies run on. */
  readonly engine: string
}

/** A metric as it is declared. */
export interface DeclaredMetric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

/** One set of metrics; a process may hold several. */
export class Metrics {
  private readonly registers = [new Registry()]
  private readonly registry = this.registers[0]!
  private readonly environment: string
  private readonly bringers: (() => void)[] = []
  /** The revision that was started or stopped longest ago comes first. */
  private readonly running = new Map<
    string,
    { readonly strategy: string; readonly hash: string; readonly count: number }
  >()

  private readonly instances = new Gauge({
    name: 'strategy_revision_instances',
    help: 'Running instances of a revision',
    labelNames: ['strategy', 'hash'] as const,
    registers: this.registers,
  })
  private readonly churn = new BoundedCounter(
    new Counter({
      name: 'strategy_revision_instances_total',
      help: 'Starts and stops of instances of a revision',
      labelNames: ['strategy', 'hash', 'action'] as const,
      registers: this.registers,
    }),
    ['strategy', 'hash'],
  )
  private readonly restarts = new BoundedCounter(
    new Counter({
      name: 'strategy_instance_restarts_total',
      help: 'Failures of an instance after which its restart policy has started it again, or tried to',
      labelNames: ['strategy', 'instance'] as const,
      registers: this.registers,
    }),
    ['strategy', 'instance'],
  )
  private readonly reassigned = new BoundedCounter(
    new Counter({
      name: 'strategy_tag_reassigned_total',
      help: 'Tags that moved from one revision to another',
      labelNames: ['environment', 'strategy', 'tag'] as const,
      registers: this.registers,
    }),
    ['strategy', 'tag'],
  )
  private readonly deleted = new BoundedCounter(
    new Counter({
      name: 'strategy_tag_deleted_total',
      help: 'Tags that were deleted',
      labelNames: ['environment', 'strategy', 'tag', 'allowOrphan'] as const,
      registers: this.registers,
    }),
    ['strategy', 'tag'],
  )
  private readonly events = new BoundedCounter(
    new Counter({
      name: 'meltica_market_events_total',
      help: 'Events that a provider emitted',
      labelNames: ['provider'] as const,
      registers: this.registers,
    }),
    ['provider'],
  )
  private readonly orders = new BoundedCounter(
    new Counter({
      name: 'meltica_orders_total',
      help: 'Orders by what first became of them: sent, or skipped in a dry run',
      labelNames: ['provider', 'outcome'] as const,
      registers: this.registers,
    }),
    ['provider'],
  )
  private readonly fills = new BoundedCounter(
    new Counter({
      name: 'meltica_fills_total',
      help: 'Executions of orders',
      labelNames: ['provider'] as const,
      registers: this.registers,
    }),
    ['provider'],
  )
  private readonly riskBreaches = new BoundedCounter(
    new Counter({
      name: 'meltica_risk_breaches_total',
      help: 'Orders that a risk limit or a kill switch refused',
      labelNames: ['provider', 'breachType'] as const,
      registers: this.registers,
    }),
    ['provider'],
  )
  private readonly killSwitches = new Gauge({
    name: 'meltica_kill_switch_engaged',
    help: '1 while the kill switch of all, of a provider or of an instance is set',
    labelNames: ['scope', 'subject'] as const,
    registers: this.registers,
  })
  private readonly rolloutStates = new Gauge({
    name: 'meltica_rollouts',
    help: 'Tags that move in steps, by the state of the last rollout of each',
    labelNames: ['state'] as const,
    registers: this.registers,
  })
  private readonly reducingOnly = new Gauge({
    name: 'meltica_reduce_only_engaged',
    help: '1 while only orders pass that reduce a position, of all, of a provider or of an instance',
    labelNames: ['scope', 'subject'] as const,
    registers: this.registers,
  })
  private readonly lossStops = new Counter({
    name: 'meltica_loss_stops_total',
    help: 'How often a loss has reached a limit that stops trading',
    labelNames: ['scope', 'limit'] as const,
    registers: this.registers,
  })
  private certificate: Gauge | undefined
  private readonly alertDeliveries = new Counter({
    name: 'meltica_alert_deliveries_total',
    help: 'Messages with alerts by what became of them: sent, or failed and tried again',
    labelNames: ['receiver', 'outcome'] as const,
    registers: this.registers,
  })
  private readonly firingAlerts = new Gauge({
    name: 'meltica_alerts_firing',
    help: 'Alerts of a rule of the configuration that hold now',
    labelNames: ['rule', 'severity'] as const,
    registers: this.registers,
  })
  private readonly deadmanPings = new Counter({
    name: 'meltica_deadman_pings_total',
    help: "Dead-man's pings: sent, failed, or withheld since something was wrong",
    labelNames: ['outcome'] as const,
    registers: this.registers,
  })
  /** How those that run keep up. */
  readonly keepingUp = new InstanceMetrics(this.registers)
  readonly gateway = new GatewayMetrics(this.registers)
  private readonly requests = new Durations({
    name: 'http_request_duration_seconds',
    help: 'From the request to its answer, those answered from memory included',
    buckets: REQUEST_BUCKETS,
    registers: this.registers,
  })

  constructor(settings: MetricsSettings) {
    this.environment = settings.environment
    collectDefaultMetrics({ register: this.registry })
    this.killSwitch('all', '', false)
    this.reduceOnly('all', '', false)
    for (const name of UNTRUE) this.registry.removeSingleMetric(name)
    new Gauge({ name: 'bun_info', help: 'Version of Bun', labelNames: ['version'], registers: this.registers })
      .labels(Bun.version)
      .set(1)
    const { version = '', commit = '', engine = '' } = settings.build ?? {}
    new Gauge({
      name: 'meltica_build_info',
      help: 'Which program this is; always 1',
      labelNames: ['version', 'commit', 'bun', 'engine'],
      registers: this.registers,
    })
      .labels(version, commit, Bun.version, engine)
      .set(1)
  }

  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'

  /** The whole in Prometheus' text format. */
  text(): Promise<string> {
    for (const bring of this.bringers) bring()
    this.bringInstances()
    return this.registry.metrics()
  }

  /** All that there are, but for those of the process. */
  declared(): DeclaredMetric[] {
    return this.registry.getMetricsAsArray().map((metric) => ({
      name: metric.name,
      type: String(metric.type),
      help: metric.help,
      labels: 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [],
    }))
  }

  /** Called before the text is made, for what is counted too often to be counted here each time. */
  beforeText(bring: () => void): void {
    this.bringers.push(bring)
  }

  /** @param running how many instances of the revision run now. */
  instanceStarted(strategy: string, hash: string, running: number): void {
    this.instancesNow(strategy, hash, running)
    this.churn.inc({ strategy, hash, action: 'start' })
  }

  instanceStopped(strategy: string, hash: string, running: number): void {
    this.instancesNow(strategy, hash, running)
    this.churn.inc({ strategy, hash, action: 'stop' })
  }

  private instancesNow(strategy: string, hash: string, count: number): void {
    const key = JSON.stringify([strategy, hash])
    this.running.delete(key)
    this.running.set(key, { strategy, hash, count })
    if (this.running.size <= MAX_SERIES) return
    // those that run are counted in any case, and as many as there are instances
    for (const [idle, use] of this.running) if (use.count === 0) return void this.running.delete(idle)
  }

  private bringInstances(): void {
    this.instances.reset()
    const uses = [...this.running.values()]
    const rest = Math.max(0, uses.length - MAX_SERIES)
    for (const { strategy, hash, count } of uses.slice(rest)) this.instances.set({ strategy, hash }, count)
    const others = uses.slice(0, rest).reduce((sum, { count }) => sum + count, 0)
    if (rest > 0) this.instances.set({ strategy: OTHERS, hash: OTHERS }, others)
  }

  /** The revision is gone: its gauge with it, or the series would only ever grow in number. */
  revisionDeleted(strategy: string, hash: string): void {
    this.running.delete(JSON.stringify([strategy, hash]))
  }

  /** The tag is gone: what is counted of its moves with it. */
  tagGone(strategy: string, tag: string): void {
    this.reassigned.end({ strategy, tag })
  }

  /** No series of it is left. */
  strategyGone(strategy: string): void {
    for (const counter of [this.churn, this.restarts, this.reassigned, this.deleted]) counter.end({ strategy })
    for (const [key, use] of this.running) if (use.strategy === strategy) this.running.delete(key)
  }

  tagReassigned(strategy: string, tag: string): void {
    this.reassigned.inc({ environment: this.environment, strategy, tag })
  }

  tagDeleted(strategy: string, tag: string, allowOrphan: boolean): void {
    this.deleted.inc({ environment: this.environment, strategy, tag, allowOrphan: String(allowOrphan) })
  }

  eventsEmitted(provider: string, count: number): void {
    this.events.inc({ provider }, count)
  }

  orderSent(provider: string): void {
    this.orders.inc({ provider, outcome: 'sent' })
  }

  orderSkipped(provider: string): void {
    this.orders.inc({ provider, outcome: 'skipped' })
  }

  restarted(strategy: string, instance: string): void {
    this.restarts.inc({ strategy, instance })
  }

  filled(provider: string): void {
    this.fills.inc({ provider })
  }

  riskBreach(provider: string, breachType: string): void {
    this.riskBreaches.inc({ provider, breachType })
  }

  /** @param endsMs of the certificate that is served; ms since 1970. Without HTTPS there is no such series. */
  certificateEnds(endsMs: number): void {
    this.certificate ??= new Gauge({
      name: 'meltica_certificate_expiry_timestamp_seconds',
      help: 'When the certificate that HTTPS is served with ends',
      registers: this.registers,
    })
    this.certificate.set(endsMs / 1000)
  }

  /** The switch of a single subject has a series while it is set; that of all has one always. */
  killSwitch(scope: string, subject: string, engaged: boolean): void {
    set(this.killSwitches, scope, subject, engaged)
  }

  /** @param limit the measure that has reached its limit. */
  lossStopped(scope: string, limit: string): void {
    this.lossStops.inc({ scope, limit })
  }

  /** As `killSwitch`. */
  reduceOnly(scope: string, subject: string, engaged: boolean): void {
    set(this.reducingOnly, scope, subject, engaged)
  }

  /** @param states of the last rollout of each tag. */
  rollouts(states: readonly RolloutState[]): void {
    for (const state of ROLLOUT_STATES) {
      this.rolloutStates.labels(state).set(states.filter((one) => one === state).length)
    }
  }

  /** @param route the pattern, as `/strategies/modules/:name`, never the path itself. */
  requestAnswered(method: string, route: string, status: number, seconds: number): void {
    this.requests.count(method, route, status, seconds)
  }

  alertDelivered(receiver: string, outcome: 'sent' | 'failed'): void {
    this.alertDeliveries.labels(receiver, outcome).inc()
  }

  /** @param firing by rule. */
  alertsFiring(firing: ReadonlyMap<string, { readonly severity: string; readonly count: number }>): void {
    this.firingAlerts.reset()
    for (const [rule, { severity, count }] of firing) this.firingAlerts.labels(rule, severity).set(count)
  }

  deadmanPinged(outcome: 'sent' | 'failed' | 'withheld'): void {
    this.deadmanPings.labels(outcome).inc()
  }
}

function set(switches: Gauge<'scope' | 'subject'>, scope: string, subject: string, engaged: boolean): void {
  if (engaged || scope === 'all') switches.labels(scope, subject).set(engaged ? 1 : 0)
  else switches.remove(scope, subject)
}
