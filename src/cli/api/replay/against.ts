/** Where another revision would have ordered otherwise than an instance has, over the same inputs. */

import { firstDifference } from '../../../backtest/validation/decisions'
import { isStrategyFile, readStrategyFile } from '../../../bundle/strategy-file'
import { compileStrategy } from '../../../compiler/compile'
import { checkConfig } from '../../../compiler/config'
import { Failure } from '../../../errors/failure'
import type { Archive } from '../../../inputs/rerun/archived-run'
import { type OtherRan, rerunOther } from '../../../inputs/rerun/other'
import { type Ran, rerun } from '../../../inputs/rerun/rerun'
import type { Moment, StoryTeller } from '../../../inputs/rerun/story'
import type { Act } from '../../../protocol/reported'
import type { SeenEvent } from '../../../sandbox/decoded'
import { loadEngine } from '../../../sandbox/engine'
import type { Compilation, Metadata } from '../../../schema/metadata'
import { diagnosticLine } from '../../diagnostics'
import { type ApiClient, modulePath } from '../client'
import type { ApiContext } from '../command'
import { jsonText } from '../output'
import { type Against, againstText } from './against-text'
import { before, type Decided, Decisions } from './decided'
import { download, type Span } from './recorded'

interface Asked {
  readonly against: string
  readonly span: Span
  readonly format: 'table' | 'json'
}

/** Events that are looked at before a decision. */
const MOST_EVENTS = 20

/** @returns whether both order the same. */
export async function compareAgainst(
  context: ApiContext,
  id: string,
  { against, span, format }: Asked,
): Promise<boolean> {
  const api = context.api()
  const other = await compiled(api, against)
  const archive = await download(api, id, span)
  const compared = await compare(archive, other)
  const found: Against = { instance: id, against, ...compared }
  context.print(format === 'json' ? jsonText(found) : againstText(context.colours, found))
  return found.same
}

type Program = Exclude<Compilation, { diagnostics: unknown }>

/** @throws Failure file_unreadable, strategy_validation_failed, of the gateway. */
async function compiled(api: ApiClient, text: string): Promise<Program> {
  const engine = await loadEngine()
  const read = isStrategyFile(text)
    ? await readStrategyFile(text)
    : { bytes: Buffer.from(await api.text('GET', modulePath(text, 'source'))) }
  const compilation = 'diagnostics' in read ? read : compileStrategy(engine, read.bytes)
  if (!('diagnostics' in compilation)) return compilation
  const told = compilation.diagnostics.map((diagnostic) => diagnosticLine(text, diagnostic)).join('\n')
  throw new Failure('strategy_validation_failed', told, {}, 'correct the file; meltica check FILE says the same')
}

async function compare(archive: Archive, other: Program): Promise<Omit<Against, 'instance' | 'against'>> {
  const recorded = await recordedSide(archive)
  const a = recorded.decisions.all
  const agreement = new Agreement(a, recorded.sleeps)
  const changed = await otherSide(archive, other, agreement)
  const b = changed.decisions.all
  const at = firstDifference(a, b)
  const found = {
    freshVariables: changed.isFresh,
    events: recorded.events,
    handlers: { recorded: recorded.handled, other: changed.handled },
    totals: { recorded: recorded.decisions.totals, other: changed.decisions.totals },
  }
  if (at === undefined) return { same: true, difference: null, ...found }
  // what stood before it is looked for now that it is known where it is
  const { recent } = await recordedSide(archive, at)
  const times = [a[at], b[at]].flatMap((line) => (line ? [line.timeMs] : []))
  const difference = {
    at: new Date(Math.min(...times)).toISOString(),
    recorded: { decision: lineText(a[at]), before: before(recent, a, at) },
    other: { decision: lineText(b[at]), before: before(changed.recent, b, at) },
  }
  return { same: false, difference, ...found }
}

const lineText = (line: Decided | undefined): string | null =>
  line ? `${new Date(line.timeMs).toISOString()} ${line.text}` : null

interface Sided {
  readonly events: number
  readonly handled: number
  readonly isFresh: boolean
  readonly decisions: Decisions
  /** How long it slept each time, ms. */
  readonly sleeps: readonly number[]
  /** The last events before the decision that was asked for. */
  readonly recent: readonly SeenEvent[]
}

/** @param at the decision before which events are wanted. */
async function recordedSide({ head, runs }: Archive, at?: number): Promise<Sided> {
  const side = new SideTeller((_, index) => index === at)
  const deps = { engine: await loadEngine(), head, teller: side, clock: () => performance.now() }
  for (const run of runs) side.ran(await rerun(run, deps))
  return side
}

async function otherSide(
  { head, runs }: Archive,
  { program, metadata }: Program,
  agreement: Agreement,
): Promise<Sided> {
  const side = new SideTeller(
    (decided, index) => agreement.parts(decided, index),
    (ms) => agreement.slept(ms),
  )
  const deps = {
    engine: await loadEngine(),
    head,
    teller: side,
    clock: () => performance.now(),
    program,
    config: configFor(metadata),
    isTold: (clientOrderId: string | undefined) => agreement.isTold(clientOrderId),
    agrees: () => agreement.agrees,
  }
  for (const run of runs) side.ran(await rerunOther(run, deps))
  return side
}

class SideTeller implements StoryTeller, Sided {
  readonly decisions = new Decisions()
  events = 0
  handled = 0
  isFresh = false
  recent: SeenEvent[] = []
  readonly sleeps: number[] = []

  /** @param isAsked whether the events before this decision are wanted. @param sleeping is told how long, ms. */
  constructor(
    private readonly isAsked: (decided: Decided, index: number) => boolean,
    private readonly sleeping: (ms: number) => void = () => undefined,
  ) {}

  slept(ms: number): void {
    this.sleeps.push(ms)
    this.sleeping(ms)
  }

  acted(act: Act, moment: Moment): void {
    const decided = this.decisions.acted(act, moment)
    if (decided && this.isAsked(decided, this.decisions.all.length - 1)) this.recent = moment.recent(MOST_EVENTS)
  }

  logged(): void {
    // lines decide nothing
  }

  failed(): void {
    // who has ended orders nothing more
  }

  ran({ events, handled, isFresh = false }: Omit<Ran, 'prefixes'> & Partial<OtherRan>): void {
    this.isFresh ||= isFresh
    this.events += events
    this.handled += handled
  }
}

/** How far both have ordered alike, and what the other one is told of the recorded orders. */
class Agreement {
  private isWhole = true
  private hasSleptAlike = true
  private sleeps = 0
  private readonly made: ReadonlySet<string>
  /** Orders that both have made. */
  private readonly shared = new Set<string>()

  /** @param slept how long the recorded one slept each time, ms. */
  constructor(
    private readonly recorded: readonly Decided[],
    private readonly recordedSleeps: readonly number[],
  ) {
    this.made = new Set(recorded.flatMap(({ clientOrderId }) => clientOrderId ?? []))
  }

  /** Both have ordered and slept alike so far. */
  get agrees(): boolean {
    return this.isWhole && this.hasSleptAlike
  }

  slept(ms: number): void {
    if (this.recordedSleeps[this.sleeps++] !== ms) this.hasSleptAlike = false
  }

  /** @returns whether this is where they part. */
  parts(decided: Decided, index: number): boolean {
    if (!this.isWhole) return false
    const same = this.recorded[index]
    this.isWhole = same?.timeMs === decided.timeMs && same.text === decided.text
    if (this.isWhole && decided.clientOrderId !== undefined) this.shared.add(decided.clientOrderId)
    return !this.isWhole
  }

  /** What has become of money follows from orders of both only as long as these are the same. */
  isTold(clientOrderId: string | undefined): boolean {
    if (clientOrderId === undefined) return this.isWhole
    return this.shared.has(clientOrderId) || !this.made.has(clientOrderId)
  }
}

/** What is set for the recorded one, where the other one has such a field; else its defaults. */
const configFor =
  (metadata: Metadata) =>
  (recorded: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const declared = new Set(metadata.config.map(({ name }) => name))
    const given = Object.entries(recorded).filter(([name]) => declared.has(name))
    const checked = checkConfig(metadata, Object.fromEntries(given))
    if ('config' in checked) return checked.config
    const { problems } = checked
    throw new Failure('invalid_config', problems.map(({ message }) => message).join('; '), { problems })
  }
