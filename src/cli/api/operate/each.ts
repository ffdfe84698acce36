/** Commands that do the same to several things: each is told when it is done, and one that fails holds up no other. */
import { refusalOf } from '../../refusal'
import type { ApiContext } from '../command'
import { lines } from '../output'

/**
 * One after the other. What fails is told on standard error, and makes the command exit with 1.
 * @param work answers what is printed. @throws what is a fault of our own.
 */
export async function forEach(
  { print, complain }: Pick<ApiContext, 'print' | 'complain'>,
  names: readonly string[],
  work: (name: string) => Promise<string>,
): Promise<void> {
  for (const name of names) {
    try {
      print(lines([await work(name)]))
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal) throw error
      complain(lines([`error: ${refusal.message}`, `hint: ${refusal.hint}`]))
      process.exitCode = 1
    }
  }
}
