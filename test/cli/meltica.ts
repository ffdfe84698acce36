/** The program as a shell runs it. */
import { join } from 'node:path'
import { PROGRAM } from '../binary'

const ROOT = join(import.meta.dir, '../..')

/** The strategies that ship with the product. */
export const SHIPPED = join(ROOT, 'strategies')

export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Where a command runs: a folder, and what it finds in its environment. */
export interface Place {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** @param place a folder alone, or with an environment. */
export async function meltica(place: string | Place, ...args: string[]): Promise<Finished> {
  const child = start(place, ...args)
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { status: await child.exited, stdout, stderr }
}

export function start(place: string | Place, ...args: string[]) {
  return Bun.spawn(commandOf(args), { ...settings(place), stdout: 'pipe', stderr: 'pipe' })
}

/** What a command shows on a terminal. */
export async function melticaOnTerminal(place: Place, ...args: string[]): Promise<string> {
  const decoder = new TextDecoder()
  const closed = Promise.withResolvers<void>()
  let text = ''
  const terminal = {
    cols: 200,
    data: (_: Bun.Terminal, data: Uint8Array) => {
      text += decoder.decode(data, { stream: true })
    },
    exit: () => closed.resolve(),
  }
  await Bun.spawn(commandOf(args), { ...settings(place), terminal }).exited
  await closed.promise
  return text
}

export const commandOf = (args: readonly string[]): string[] => [...PROGRAM, ...args]

export function settings(place: string | Place) {
  const { PATH = '', HOME = '' } = process.env
  const { cwd, env } = typeof place === 'string' ? { cwd: place, env: {} } : place
  return { cwd, env: { PATH, HOME, ...env } }
}
