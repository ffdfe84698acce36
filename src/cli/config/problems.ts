/** All that is wrong with a configuration and the files that it names, as a start would find it. Touches nothing. */
import { subjectOf } from '../../config/choices'
import type { Settings } from '../../config/settings'
import { readTls } from '../../config/tls'
import { readUsableTokens } from '../../config/token-file'
import { Failure } from '../../errors/failure'
import type { Compiler } from '../../schema/metadata'
import { peekBeside } from '../../store/peek'
import { configurationProblems } from '../configuration'

interface Means {
  readonly compiler: Compiler
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** @returns each as `file:line:column: what is wrong`, or with the flag or the variable in the place of that. */
export async function problemsOf(settings: Settings, { compiler, now }: Means): Promise<string[]> {
  const { tokens, tls, data } = settings
  const kept = peekBeside(data) ?? { providers: [], instances: [] }
  const named = await refusedBy('strategies.directory', settings, async () => {
    const problems = await configurationProblems(settings, { kept, compiler, now, readOnly: true })
    return problems.length === 0 ? [] : settings.refusal(problems).message.split('\n')
  })
  return [
    ...(await refusedBy('tokens', settings, () => none(tokens !== undefined && readUsableTokens(tokens)))),
    ...(await refusedBy('tls.certificate', settings, () => none(tls && readTls(tls)))),
    ...named,
  ]
}

const none = (_: unknown): string[] => []

/** @param name of the setting whose value a refusal is about. */
async function refusedBy(
  name: string,
  { choices }: Settings,
  work: () => string[] | Promise<string[]>,
): Promise<string[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const choice = choices.find((one) => one.name === name)
    return error.message.split('\n').map((line) => (choice ? `${subjectOf(choice)}: ${line}` : line))
  }
}
