/** All that is wrong with something that has many parts, told at once. */
import { Failure, type FailureCode } from '../errors/failure'

/** The way to a part, as `['lambdas', 0, 'scope', 'sim']`. */
export type Path = readonly (string | number)[]

export interface FoundProblem {
  readonly path: Path
  readonly message: string
}

/** As a refusal answers it. */
interface Problem {
  /** Where the part is, as `lambdas[0].scope.sim`. */
  readonly path: string
  readonly message: string
}

/** How many are named in the sentence; all are in the details. */
const MOST_NAMED = 20

export class Problems {
  readonly found: FoundProblem[] = []

  note(path: Path, message: string): void {
    this.found.push({ path, message })
  }

  /**
   * What `work` answers; undefined when it is refused, which is noted.
   * @param within what the paths in the refusal's own problems begin from; `elsewhere` when they lead into another thing.
   */
  async attempt<T>(path: Path, work: () => T | Promise<T>, within: Path | 'elsewhere' = path): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const problems = problemsOf(error)
      if (within === 'elsewhere' || problems.length === 0) this.note(path, error.message)
      else for (const problem of problems) this.note([...within, ...problem.path.split('.')], problem.message)
      return undefined
    }
  }

  /** Nothing may be there twice. @param list what is called by its names in paths. */
  noteRepeats(list: string, names: readonly string[]): void {
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) < index) this.note([list, index], `${JSON.stringify(name)} is there twice`)
    }
  }

  /** @throws Failure of the code when there are any. */
  refuseIfAny(code: FailureCode): void {
    if (this.found.length === 0) return
    const problems = this.found.map(({ path, message }): Problem => ({ path: textOf(path), message }))
    const named = problems.slice(0, MOST_NAMED).map(({ path, message }) => `${path}: ${message}`)
    const more = problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : ''
    throw new Failure(code, named.join('; ') + more, { problems })
  }
}

const textOf = (path: Path): string =>
  path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')

/** Those that a refusal lists in its details. */
export function problemsOf({ details: { problems } }: Failure): readonly Problem[] {
  return isProblems(problems) ? problems : []
}

const isProblems = (value: unknown): value is Problem[] =>
  Array.isArray(value) && value.every((one) => typeof one?.path === 'string' && typeof one?.message === 'string')
