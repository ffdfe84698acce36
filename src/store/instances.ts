/** Instances and their memory: what is to run, on which revision, with which `helpers.state` and checkpoint. */
import type { Scope } from '../schema/instances'
import type { RestartPolicy } from '../schema/restart-terms'
import type { Database } from './database'

/** What outlasts the process. `starting` and `stopping` are passing states and are not kept. */
export interface StoredInstance {
  /** Never used again, though the id may be. */
  readonly key: number
  readonly id: string
  readonly selector: string
  readonly strategy: string
  readonly hash: string
  readonly tag: string
  /** As given, without defaults. */
  readonly config: Readonly<Record<string, unknown>>
  readonly scope: Scope
  /** It is to run whenever the gateway does. */
  readonly wanted: boolean
  /** `restarting`: it has failed, and is started again at `restarts.nextMs`. */
  readonly state: 'created' | 'running' | 'stopped' | 'failed' | 'restarting'
  readonly reason: string | undefined
  readonly restart: RestartPolicy
  readonly restarts: Restarts
  readonly createdMs: number
  /** When anything of the above last changed. */
  readonly updatedMs: number
}

/** How its restart policy was at work. Times are milliseconds since 1970. */
export interface Restarts {
  /** How often it was started again since somebody started it last. */
  readonly count: number
  /** How often in a row it has failed before it had run well for a while. */
  readonly inARow: number
  /** When it was decided to start it again, within the last hour. */
  readonly triedMs: readonly number[]
  /** When it is to be started again; of no meaning unless it is restarting. */
  readonly nextMs: number
}

export const NO_RESTARTS: Restarts = { count: 0, inARow: 0, triedMs: [], nextMs: 0 }

/** A copy of a sandbox's memory, as its host packed it; good for one revision, engine and launch only. */
export interface Checkpoint {
  readonly hash: string
  readonly engine: string
  /** JSON of what the strategy was told when it was created. */
  readonly launch: string
  readonly memory: Uint8Array
}

interface Row {
  key: number
  id: string
  selector: string
  strategy: string
  hash: string
  tag: string
  config: string
  scope: string
  wanted: number
  state: StoredInstance['state']
  reason: string | null
  restart: RestartPolicy
  restarts: string
  created_ms: number
  updated_ms: number
}

export class InstanceTable {
  private readonly insert
  private readonly update
  private readonly erase
  private readonly saveState
  private readonly readState
  private readonly saveCheckpoint
  private readonly readCheckpoint
  private readonly eraseCheckpoint

  constructor(private readonly db: Database) {
    this.insert = db.prepare<
      { key: number },
      [string, string, string, string, string, string, string, number, string, RestartPolicy, string, number, number]
    >(
      `INSERT INTO instances
       (id, selector, strategy, hash, tag, config, scope, wanted, state, restart, restarts, created_ms, updated_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    )
    this.update = db.prepare<
      null,
      [
        string,
        string,
        string,
        string,
        string,
        string,
        number,
        string,
        string | null,
        RestartPolicy,
        string,
        number,
        number,
      ]
    >(
      `UPDATE instances SET selector = ?, strategy = ?, hash = ?, tag = ?, config = ?, scope = ?, wanted = ?,
       state = ?, reason = ?, restart = ?, restarts = ?, updated_ms = ? WHERE key = ?`,
    )
    this.erase = (
      [
        'instances WHERE key',
        'states WHERE instance',
        'checkpoints WHERE instance',
        'logs WHERE instance',
        'account_states WHERE instance',
        'untold_reports WHERE instance',
        'progress WHERE instance',
      ] as const
    ).map((of) => db.prepare<null, [number]>(`DELETE FROM ${of} = ?`))
    this.saveState = db.prepare<null, [number, string]>('INSERT OR REPLACE INTO states VALUES (?, ?)')
    this.readState = db.prepare<{ state: string }, [number]>('SELECT state FROM states WHERE instance = ?')
    this.saveCheckpoint = db.prepare<null, [number, string, string, string, Uint8Array]>(
      'INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)',
    )
    this.eraseCheckpoint = db.prepare<null, [number]>('DELETE FROM checkpoints WHERE instance = ?')
    this.readCheckpoint = db.prepare<Checkpoint, [number]>(
      'SELECT hash, engine, launch, memory FROM checkpoints WHERE instance = ?',
    )
  }

  all(): StoredInstance[] {
    const rows = this.db.prepare<Row, []>('SELECT * FROM instances ORDER BY key').all()
    return rows.map(({ created_ms: createdMs, updated_ms: updatedMs, ...row }) => ({
      ...row,
      config: JSON.parse(row.config),
      scope: JSON.parse(row.scope),
      wanted: row.wanted === 1,
      reason: row.reason ?? undefined,
      restarts: JSON.parse(row.restarts),
      createdMs,
      updatedMs,
    }))
  }

  /** Durable when it returns; answers the new key. */
  create(instance: Omit<StoredInstance, 'key' | 'reason'>): number {
    const { id, selector, strategy, hash, tag, config, scope, wanted, state, createdMs, updatedMs } = instance
    const restarts = [instance.restart, JSON.stringify(instance.restarts)] as const
    const values = [id, selector, strategy, hash, tag, JSON.stringify(config), JSON.stringify(scope)] as const
    return this.db.transaction(
      () => this.insert.get(...values, wanted ? 1 : 0, state, ...restarts, createdMs, updatedMs)!.key,
    )
  }

  /** Durable at the end of the turn. */
  save(instance: StoredInstance): void {
    const { key, selector, strategy, hash, tag, config, scope, wanted, state, reason, updatedMs } = instance
    const restarts = [instance.restart, JSON.stringify(instance.restarts)] as const
    const values = [selector, strategy, hash, tag, JSON.stringify(config), JSON.stringify(scope)] as const
    this.db.write(() => this.update.run(...values, wanted ? 1 : 0, state, reason ?? null, ...restarts, updatedMs, key))
  }

  /** Its orders and executions stay in the journal. */
  remove(key: number): void {
    this.db.transaction(() => {
      for (const statement of this.erase) statement.run(key)
    })
  }

  /** `helpers.state`, as JSON. */
  state(key: number): string {
    return this.readState.get(key)?.state ?? '{}'
  }

  writeState(key: number, state: string): void {
    this.db.write(() => this.saveState.run(key, state))
  }

  /** As `writeState`, for an instance that runs: what it does from now on is durable no earlier. */
  writeStateLazily(key: number, state: string): void {
    this.db.writeLazily(() => this.saveState.run(key, state))
  }

  checkpoint(key: number): Checkpoint | undefined {
    return this.readCheckpoint.get(key) ?? undefined
  }

  /** It is of no use once its instance has gone on from it. */
  dropCheckpoint(key: number): void {
    this.db.write(() => this.eraseCheckpoint.run(key))
  }

  keepCheckpoint(key: number, { hash, engine, launch, memory }: Checkpoint): void {
    this.db.write(() => this.saveCheckpoint.run(key, hash, engine, launch, memory))
  }
}
