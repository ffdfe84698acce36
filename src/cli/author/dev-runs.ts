/** The runs of `meltica dev`: engine and data stay in memory from one to the next. */
import { existsSync } from 'node:fs'
import type { Colors } from 'picocolors/types'
import { resultOf } from '../../backtest/result/result'
import { resultTable } from '../../backtest/result/table'
import { runBacktest } from '../../backtest/run'
import { checkFile } from '../check'
import { diagnosticLine, warningLine } from '../diagnostics'
import { refusalOf } from '../refusal'
import type { RunFlags } from '../run/flags'
import { DEFAULT_DATA, dataFiles, openRun } from '../run/opening'
import { BacktestProgress } from '../run/progress'
import type { Measured } from './changes'
import { Workbench } from './workbench'

export interface Told {
  readonly measured: Measured
  readonly heading: (colors: Colors) => string
  readonly table: (colors: Colors) => string
}

/** What a run came to, when nothing ended it. */
export type Ending = Told | { readonly refused: string } | 'stale'

export class DevRuns implements AsyncDisposable {
  readonly #bench = new Workbench()
  readonly #stack = new AsyncDisposableStack()
  #sample: readonly string[] | undefined
  /** Files that imports asked for in vain. */
  readonly #absent = new Set<string>()

  /** @param follow is told of the files that the strategy is made of, before each run. */
  constructor(
    private readonly file: string,
    private readonly flags: RunFlags,
    private readonly printLogs: boolean,
    private readonly follow: (files: readonly string[]) => void,
  ) {}

  /**
   * @param ended what ends it early.
   * @returns undefined when it was; `stale` when the bundler cannot see a file that came after it was asked for: it
   * remembers which folders there are for as long as its process lives.
   */
  async run(ended: Promise<unknown>): Promise<Ending | undefined> {
    const controller = new AbortController()
    void ended.then(() => controller.abort())
    try {
      const told = await this.#run(controller.signal)
      return controller.signal.aborted ? undefined : told
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal) throw error
      return controller.signal.aborted ? undefined : { refused: refusal.message }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bench[Symbol.asyncDispose]()
    await this.#stack[Symbol.asyncDispose]()
  }

  /** As of every command, but that the sample is made once. */
  async #data(): Promise<string[]> {
    if (this.flags.data !== undefined) return this.flags.data
    if (existsSync(DEFAULT_DATA)) return [DEFAULT_DATA]
    this.#sample ??= await dataFiles(undefined, this.#stack)
    return [...this.#sample]
  }

  #hasCome(files: readonly string[]): boolean {
    const come = files.some((path) => this.#absent.has(path) && existsSync(path))
    for (const path of files) if (!existsSync(path)) this.#absent.add(path)
    return come
  }

  async #run(signal: AbortSignal): Promise<Told | 'stale'> {
    const startMs = performance.now()
    await using stack = new AsyncDisposableStack()
    const { file, printLogs } = this
    const { compilation, files } = await checkFile(file)
    this.follow([file, ...files])
    if (this.#hasCome(files) && 'diagnostics' in compilation) return 'stale'
    const flags = { ...this.flags, data: await this.#data() }
    const run = await openRun(file, flags, stack, this.#bench.open)
    const lines =
      'warnings' in compilation
        ? compilation.warnings.map((warning) => warningLine(file, warning))
        : compilation.diagnostics.map((diagnostic) => diagnosticLine(file, diagnostic))
    for (const line of lines) process.stderr.write(`${line}\n`)
    using progress = new BacktestProgress(run.strategy.name, printLogs, run.feed)
    const encodings = this.#bench.encodings(run.feed)
    const ran = await runBacktest({ ...run, ...(encodings && { encodings }), observers: [progress], signal })
    if (!signal.aborted) progress.end(ran)
    const result = resultOf(run, ran)
    const seconds = ((performance.now() - startMs) / 1000).toFixed(2)
    const { name, tag } = run.strategy
    const title = [name, tag].filter(Boolean).join(':')
    return {
      measured: { result, currency: ran.currency },
      heading: ({ bold, dim }) => `${bold(title)}  ${dim(`${run.strategy.hash.slice(0, 19)}  ${seconds} s`)}`,
      table: (colors) => resultTable(result, ran, colors),
    }
  }
}
