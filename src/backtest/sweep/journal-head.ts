/** The first line of a journal: all that decides what the runs come to, by which a resumed sweep is known as the same. */
import { Failure } from '../../errors/failure'

/** By what a message calls it, as `--fee-bps`. */
export type Decides = Readonly<Record<string, unknown>>

export function headText(decides: Decides): string {
  return `${JSON.stringify({ sweep: 1, decides })}\n`
}

/** @throws Failure usage for what is no such line. */
export function readHead(line: string, path: string): Decides {
  try {
    const { sweep, decides } = JSON.parse(line) as { sweep?: unknown; decides?: unknown }
    if (sweep === 1 && typeof decides === 'object' && decides !== null) return decides as Decides
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Failure('usage', `${path} is not of a sweep`, {}, 'name another file with --runs')
}

/** What differs, each in words. */
export function differences(then: Decides, now: Decides): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(then)])].flatMap((name) => {
    const [was, is] = [JSON.stringify(then[name]), JSON.stringify(now[name])]
    return was === is ? [] : [`${name} was ${was ?? 'absent'}, and is ${is ?? 'absent'}`]
  })
}
