/** What the calls work on: the registry and the rooms of the runtime, each call with those that it uses. */
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Runtime } from '../runtime/runtime'
import type { AlertsStanding } from '../schema/alert-page'
import type { ReadinessProblem } from '../schema/health'
import type { Metrics } from '../telemetry/metrics'

type Rooms = Omit<Runtime, 'activity' | 'running' | 'markets' | typeof Symbol.asyncDispose>

/**
 * Read them while a call is answered, never before: they come and go with the gateway.
 * @throws Failure not_ready, but for the metrics, while the gateway starts or stops.
 */
export interface Services extends Rooms {
  /** Whether calls are answered. */
  readonly isOpen: boolean
  readonly registry: Registry
  /** What is not sound besides the registry and the runtime. */
  readonly others: () => readonly ReadinessProblem[]
  /** What is wrong, and who knows of it. */
  readonly alerts: () => AlertsStanding
  readonly metrics: Metrics
}

interface Opened {
  readonly registry: Registry
  readonly runtime: Runtime
  readonly others: Services['others']
  readonly alerts: Services['alerts']
}

/** The services of a gateway that listens before it is ready, so that a taken address is found before anything is touched. */
export class GatewayServices implements Services {
  private opened: Opened | undefined

  constructor(readonly metrics: Metrics) {}

  get isOpen(): boolean {
    return this.opened !== undefined
  }

  get registry() {
    return this.present.registry
  }

  get others() {
    return this.present.others
  }

  get alerts() {
    return this.present.alerts
  }

  get feed() {
    return this.present.runtime.feed
  }

  get instances() {
    return this.present.runtime.instances
  }

  get instanceIndex() {
    return this.present.runtime.instanceIndex
  }

  get balances() {
    return this.present.runtime.balances
  }

  get records() {
    return this.present.runtime.records
  }

  get inputs() {
    return this.present.runtime.inputs
  }

  get usage() {
    return this.present.runtime.usage
  }

  get adapters() {
    return this.present.runtime.adapters
  }

  get providers() {
    return this.present.runtime.providers
  }

  get worth() {
    return this.present.runtime.worth
  }

  get risk() {
    return this.present.runtime.risk
  }

  get operatorOrders() {
    return this.present.runtime.operatorOrders
  }

  get flattener() {
    return this.present.runtime.flattener
  }

  get rollout() {
    return this.present.runtime.rollout
  }

  get rollouts() {
    return this.present.runtime.rollouts
  }

  get context() {
    return this.present.runtime.context
  }

  get backtests() {
    return this.present.runtime.backtests
  }

  get retention() {
    return this.present.runtime.retention
  }

  get readiness() {
    return this.present.runtime.readiness
  }

  /** From now on calls are answered. */
  open(opened: Opened): void {
    this.opened = opened
  }

  /** From now on calls are refused. */
  close(): void {
    this.opened = undefined
  }

  private get present(): Opened {
    if (!this.opened) throw new Failure('not_ready', 'the gateway is starting or stopping')
    return this.opened
  }
}
