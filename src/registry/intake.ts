/** Brings what lies on disk into the holdings: at a start, at a refresh, and after others changed the registry file. */
import { Failure } from '../errors/failure'
import { adoptFiles } from './adoption'
import type { Catalogue } from './catalogue'
import type { Rescan } from './change'
import { asStorageFailure } from './disk'
import { parseRegistry } from './file'
import { type Holdings, pathsOf } from './holdings'
import { inspectAll } from './inspection'
import type { Judge } from './judge'
import { withoutPending } from './paths'
import type { Storage } from './storage'
import { type Survey, surveyHome } from './survey'
import type { Log, Verdicts } from './verdicts'

export class Intake {
  /** Problems that are in the log, as JSON. */
  private told: ReadonlySet<string> = new Set()
  /** The catalogue is all that the registry file ought to say. */
  private whole = true

  constructor(
    private readonly storage: Storage,
    private readonly verdicts: Verdicts,
    private readonly holdings: Holdings,
    private readonly judge: Judge,
    private readonly now: () => number,
    private readonly log: Log,
  ) {}

  /** @returns the catalogue as the file has it, before anything that lies in the home was registered. */
  async start(): Promise<Catalogue> {
    const { holdings } = this
    this.readFile()
    this.whole = holdings.fileProblems.length === 0
    const known = holdings.catalogue
    const survey = await this.survey()
    await this.inspect()
    // Beside a broken registry a file may be anything, even one whose tags have moved on: only a refresh adopts it.
    if (this.whole) await this.adoptIfPossible(survey)
    this.tellProblems()
    return known
  }

  /** The bytes of every revision, and files that no entry knows. */
  async rescan(): Promise<Rescan['adopted']> {
    this.verdicts.forgetRefusals()
    const survey = await this.survey()
    await this.inspect()
    const adopted = await this.adopt(survey)
    this.tellProblems()
    return adopted
  }

  /** What others changed in the registry file. */
  async catchUp(): Promise<void> {
    const { holdings } = this
    const before = holdings.catalogue
    if (!this.readFile()) return
    if (holdings.fileProblems.length > 0) {
      // What has been answered for is worth more than a file that is damaged, of which a copy is kept.
      holdings.become(before)
      await this.storage.replace(before)
      this.tellProblems()
      return
    }
    this.whole = true
    await this.inspect()
    this.tellProblems()
  }

  /** In the log, each once for as long as it lasts. */
  private tellProblems(): void {
    const problems = new Map(this.holdings.problems().map((problem) => [JSON.stringify(problem), problem]))
    for (const [text, { problem, ...about }] of problems) if (!this.told.has(text)) this.log('warn', problem, about)
    this.told = new Set(problems.keys())
  }

  private async inspect(): Promise<void> {
    const { holdings, storage, verdicts } = this
    const { findings, unjudged } = await inspectAll(storage.paths, holdings.catalogue, verdicts)
    holdings.findings = findings
    await this.judge.take(unjudged)
  }

  /** What lies in the home, less what an interrupted write left. */
  private async survey(): Promise<Survey> {
    const { holdings, storage } = this
    const survey = await surveyHome(storage.paths.home)
    if (!this.whole) return survey
    const collected = await storage.collect(survey, pathsOf(holdings.catalogue))
    if (collected.length > 0) this.log('info', 'collected what an interrupted write left', { paths: collected })
    return survey
  }

  /** A disk that takes no more is no reason not to start with what is registered. */
  private async adoptIfPossible(survey: Survey): Promise<void> {
    try {
      await this.adopt(survey)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const problem = `the files that no entry knows could not be registered: ${error.message}`
      this.holdings.adoptionProblems = [...this.holdings.adoptionProblems, { problem, hint: error.hint }]
    }
  }

  /** Files that are on their way in or out are nobody's: one that was deleted never comes back. */
  private async adopt({ sources, pending }: Survey): Promise<Rescan['adopted']> {
    const { holdings, storage, verdicts } = this
    const unknown = unregistered(sources, pending, holdings.catalogue)
    const { next, adopted, problems } = await adoptFiles(storage.paths, unknown, holdings, verdicts)
    holdings.adoptionProblems = problems
    if (adopted.length > 0) {
      await storage.replace(next)
      holdings.become(next)
    }
    return adopted
  }

  /** What of the file can't be read is kept aside. @returns whether there was anything new. */
  private readFile(): boolean {
    try {
      const text = this.storage.readIfChanged()
      if (text === undefined) return false
      const { catalogue, problems } = parseRegistry(text)
      if (problems.length > 0) this.storage.keepAside(text, this.now())
      this.holdings.fileProblems = problems
      this.holdings.become(catalogue)
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
