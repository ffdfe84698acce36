/** Brings what lies on disk into the registry's state: at a start, at a refresh, and after others changed the registry file. */
import { Failure } from '../errors/failure'
import type { Log } from '../telemetry/log'
import type { BackgroundValidator } from './background-validator'
import type { Catalogue } from './catalogue'
import type { Rescan } from './change'
import { asStorageFailure } from './disk'
import { parseRegistry } from './file'
import { importFiles } from './import-files'
import { withoutPending } from './paths'
import { pathsOf, type RegistryState } from './registry-state'
import { type HomeScan, scanHome } from './scan-files'
import type { Storage } from './storage'
import type { ValidationCache } from './validation-cache'
import { verifyAll } from './verify'

export class RegistryScanner {
  /** Problems that are in the log, as JSON. */
  private told: ReadonlySet<string> = new Set()
  /** The catalogue is all that the registry file ought to say. */
  private whole = true

  constructor(
    private readonly storage: Storage,
    private readonly validations: ValidationCache,
    private readonly state: RegistryState,
    private readonly validator: BackgroundValidator,
    private readonly now: () => number,
    private readonly log: Log,
  ) {}

  /** @returns the catalogue as the file has it, before anything that lies in the home was registered. */
  async start(stopping?: AbortSignal): Promise<Catalogue> {
    const { state } = this
    this.readFile()
    this.whole = state.fileProblems.length === 0
    const known = state.catalogue
    const scan = await this.scan()
    await this.inspect()
    // Beside a broken registry a file may be anything, even one whose tags have moved on: only a refresh adopts it.
    if (this.whole) await this.adoptIfPossible(scan, stopping)
    this.tellProblems()
    return known
  }

  /** The bytes of every revision, and files that no entry knows. */
  async rescan(): Promise<Rescan['adopted']> {
    this.validations.forgetRefusals()
    const scan = await this.scan()
    await this.inspect()
    const adopted = await this.adopt(scan)
    this.tellProblems()
    return adopted
  }

  /** What others changed in the registry file. */
  async catchUp(): Promise<void> {
    const { state } = this
    const before = state.catalogue
    if (!this.readFile()) return
    if (state.fileProblems.length > 0) {
      // What has been answered for is worth more than a file that is damaged, of which a copy is kept.
      state.replace(before)
      await this.storage.replace(before)
      this.tellProblems()
      return
    }
    this.whole = true
    await this.inspect()
    this.tellProblems()
  }

  /** Logs problems, each once for as long as it lasts. */
  private tellProblems(): void {
    const problems = new Map(this.state.problems().map((problem) => [JSON.stringify(problem), problem]))
    for (const [text, { problem, ...about }] of problems) if (!this.told.has(text)) this.log('warn', problem, about)
    this.told = new Set(problems.keys())
  }

  private async inspect(): Promise<void> {
    const { state, storage, validations } = this
    const { findings, unvalidated } = await verifyAll(storage.paths, state.catalogue, validations)
    state.findings = findings
    await this.validator.begin(unvalidated)
  }

  /** What lies in the home, less what an interrupted write left. */
  private async scan(): Promise<HomeScan> {
    const { state, storage } = this
    const scan = await scanHome(storage.paths.home)
    if (!this.whole) return scan
    const collected = await storage.collect(scan, pathsOf(state.catalogue))
    if (collected.length > 0) this.log('info', 'collected what an interrupted write left', { paths: collected })
    return scan
  }

  /** A disk that takes no more is no reason not to start with what is registered. */
  private async adoptIfPossible(scan: HomeScan, stopping?: AbortSignal): Promise<void> {
    try {
      await this.adopt(scan, stopping)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const problem = `the files that no entry knows could not be registered: ${error.message}`
      this.state.importProblems = [...this.state.importProblems, { problem, hint: error.hint }]
    }
  }

  /** Files that are on their way in or out are nobody's: one that was deleted never comes back. */
  private async adopt({ sources, pending }: HomeScan, stopping?: AbortSignal): Promise<Rescan['adopted']> {
    const { state, storage, validations } = this
    const unknown = unregistered(sources, pending, state.catalogue)
    const { next, adopted, problems } = await importFiles(storage.paths, unknown, state, validations, stopping)
    state.importProblems = problems
    if (adopted.length > 0) {
      await storage.replace(next)
      state.replace(next)
    }
    return adopted
  }

  /** What of the file can't be read is kept aside. @returns whether there was anything new. */
  private readFile(): boolean {
    try {
      const text = this.storage.catalogueFile.readIfChanged()
      if (text === undefined) return false
      const { catalogue, problems } = parseRegistry(text)
      if (problems.length > 0) this.storage.catalogueFile.quarantine(text, this.now())
      this.state.fileProblems = problems
      this.state.replace(catalogue)
      return true
    } catch (error) {
      throw asStorageFailure(error)
    }
  }
}

/** Files of the home that no entry knows and nobody is writing or deleting. */
export function unregistered(sources: readonly string[], pending: readonly string[], catalogue: Catalogue): string[] {
  const others = new Set([...pathsOf(catalogue), ...pending.map(withoutPending)])
  return sources.filter((path) => !others.has(path))
}
