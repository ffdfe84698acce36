/** Several things shown whole, as `docker inspect` has it: those that are not there are told, the others are shown. */
import { refusalOf } from '../../refusal'
import { type AnswerFlags, type ApiContext, answer } from '../command'
import { columns, lines } from '../output'

/** Prints a list in JSON, also of one. @throws what is a fault of our own. */
export async function showThings(
  context: ApiContext,
  flags: AnswerFlags,
  names: readonly string[],
  get: (name: string) => Promise<object>,
): Promise<void> {
  const found: [name: string, thing: object][] = []
  for (const name of names) {
    try {
      found.push([name, await get(name)])
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal) throw error
      context.complain(lines([`error: ${refusal.message}`, `hint: ${refusal.hint}`]))
      process.exitCode = 1
    }
  }
  answer(context, flags, {
    quiet: () => found.map(([name]) => name),
    json: found.map(([, thing]) => thing),
    table: () => found.map(([, thing]) => fieldsText(context, thing)).join('\n'),
  })
}

/** A line for each field; what is more than a value as JSON. */
export function fieldsText({ colours }: Pick<ApiContext, 'colours'>, thing: object): string {
  const rows = Object.entries(thing).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return columns(colours, ['FIELD', 'VALUE'], rows)
}
