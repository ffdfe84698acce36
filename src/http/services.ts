/** What the calls work on. */
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Runtime } from '../runtime/runtime'
import type { ReadinessProblem } from '../schema/health'
import type { Metrics } from '../telemetry/metrics'

/** Read them while a call is answered, never before: they come and go with the gateway. */
export interface Services {
  /** Whether calls are answered. */
  readonly isOpen: boolean
  /** @throws Failure not_ready while the gateway starts or stops, as do the others. */
  readonly registry: Registry
  readonly runtime: Runtime
  /** What is not sound besides the registry and the runtime. */
  readonly others: () => readonly ReadinessProblem[]
  readonly metrics: Metrics
}

type Opened = Pick<Services, 'registry' | 'runtime' | 'others'>

/** The parts of a gateway that listens before it is ready, so that a taken address is found before anything is touched. */
export class GatewayServices implements Services {
  private opened: Opened | undefined

  constructor(readonly metrics: Metrics) {}

  get isOpen(): boolean {
    return this.opened !== undefined
  }

  get registry(): Registry {
    return this.present.registry
  }

  get runtime(): Runtime {
    return this.present.runtime
  }

  get others(): () => readonly ReadinessProblem[] {
    return this.present.others
  }

  /** From now on calls are answered. */
  open(services: Opened): void {
    this.opened = services
  }

  /** From now on calls are refused. */
  close(): void {
    this.opened = undefined
  }

  private get present() {
    if (!this.opened) throw new Failure('not_ready', 'the gateway is starting or stopping')
    return this.opened
  }
}
