/** The program as a shell runs it. */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const MAIN = join(ROOT, 'src/main.ts')

/** The strategies that ship with the product. */
export const SHIPPED = join(ROOT, 'strategies')

export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** @param cwd the folder it is started in. */
export async function meltica(cwd: string, ...args: string[]): Promise<Finished> {
  const child = start(cwd, ...args)
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { status: await child.exited, stdout, stderr }
}

export function start(cwd: string, ...args: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const command = [process.execPath, MAIN, ...args]
  return Bun.spawn(command, { cwd, env: { PATH, HOME }, stdout: 'pipe', stderr: 'pipe' })
}
