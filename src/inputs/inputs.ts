/** What is kept of the inputs of instances, for those who ask a gateway for it: as items, as data, as an archive. */
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { InputItem, InputPage } from '../schema/inputs'
import { type Asked, archiveOf } from './archive-writer'
import { beginningOf } from './beginning'
import { exported } from './exported'
import { itemsOf, placeOf } from './items'
import { type Run, Runs } from './runs'
import { finished, inBreaths } from './steps'

export interface InputsDeps {
  /** Where all hosts keep theirs; undefined: nowhere. */
  readonly folder: string | undefined
  /** Release, commit and engine. */
  readonly build: string
  /** See `HostSettings`. */
  readonly maxWaiting: number
  readonly maxWaitingBytes: number
  /** The hash of the engine. */
  readonly engine: () => string
}

interface AskedBy extends Omit<Asked, 'engine'> {
  /** Aborted when nobody waits for it any more. */
  readonly signal?: AbortSignal
}

interface PageAsked extends AskedBy {
  readonly after?: string | undefined
  readonly limit: number
}

export class Inputs {
  private readonly runs: Runs

  constructor(private readonly deps: InputsDeps) {
    this.runs = new Runs(deps.folder)
  }

  /** @throws Failure inputs_not_kept, inputs_damaged, invalid_request. */
  page(instanceId: string, { after, limit, signal, ...times }: PageAsked): Promise<InputPage> {
    const place = after === undefined ? undefined : placeOf(after)
    if (after !== undefined && !place)
      throw new Failure('invalid_request', 'query field "after" is no "next" of a page of inputs')
    return named(async () => {
      const runs = await this.runsOf(instanceId, signal)
      const items: InputItem[] = []
      for await (const item of inBreaths(itemsOf(runs, { ...times, after: place }), signal)) {
        items.push(item)
        if (items.length === limit) break
      }
      const next = items.length === limit ? { next: items.at(-1)!.position } : {}
      return { items, limit, keptFrom: await this.keptFrom(runs), ...next }
    })
  }

  /** Its market events, a line of JSON each. @throws Failure inputs_not_kept; what is thrown later, as `page`. */
  async events(instanceId: string, { signal, ...times }: AskedBy): Promise<AsyncGenerator<Uint8Array, void>> {
    const runs = await named(() => this.runsOf(instanceId, signal))
    return namedAll(exported(runs, times, signal))
  }

  /** @throws Failure inputs_not_kept; what is thrown later, as `page`. */
  async archive(instanceId: string, { signal, ...asked }: AskedBy): Promise<AsyncGenerator<Uint8Array, void>> {
    const { folder: _, engine: hash, ...rest } = this.deps
    const engine = hash()
    const all = await named(() => this.runsOf(instanceId, signal))
    // without a gap: what is said of its log would not be its log
    const isLost = (run: Run) => beginningOf(run, engine) === undefined
    const gap = all.findLastIndex((run) => run.begins === 'midst' || isLost(run))
    const runs = all.slice(gap < 0 ? 0 : isLost(all[gap]!) ? gap + 1 : gap)
    if (runs.length === 0) {
      const since = await this.keptFrom(all)
      const message = `what is kept of ${JSON.stringify(instanceId)} begins at ${since} in the midst of a run`
      throw new Failure('inputs_not_kept', message, {}, 'a checkpoint of it is taken in a moment: ask again')
    }
    return namedAll(inBreaths(archiveOf({ instanceId, ...rest }, since(runs, asked), { ...asked, engine }), signal))
  }

  private async runsOf(instanceId: string, signal?: AbortSignal): Promise<Run[]> {
    const runs = await finished(this.runs.of(instanceId), signal)
    if (runs.length > 0) return runs
    throw new Failure('inputs_not_kept', `no inputs of ${JSON.stringify(instanceId)} are kept`)
  }

  private async keptFrom(runs: readonly Run[]): Promise<string> {
    for await (const { time } of inBreaths(itemsOf(runs, {}))) return time
    return new Date(runs[0]!.startMs).toISOString()
  }
}

/** Without runs that were over before another one began that began before what is asked for. */
function since(runs: readonly Run[], { fromMs }: Pick<Asked, 'fromMs'>): readonly Run[] {
  if (fromMs === undefined) return runs
  return runs.slice(
    Math.max(
      0,
      runs.findLastIndex(({ startMs }) => startMs <= fromMs),
    ),
  )
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('inputs_damaged', reasonOf(error))
  }
}

async function* namedAll(pieces: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* pieces
  } catch (error) {
    throw new Failure('inputs_damaged', reasonOf(error))
  }
}
