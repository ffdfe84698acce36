/** Whether a gateway uses the strategy home now. Asks the kernel who has which locks, and takes none. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { Failure } from '../../errors/failure'
import { MAX_WRITTEN_BYTES, readRegular } from '../../files/regular'
import { HomePaths } from '../../registry/paths'

export interface RunningGateway {
  /** Its process, as this one sees it. */
  readonly pid: number
}

/** @returns undefined where none does, and where the kernel does not tell. */
export function runningGateway(home: string): RunningGateway | undefined {
  try {
    const paths = HomePaths.of(home)
    if (!existsSync(paths.lock)) return undefined
    const pid = lockers(statSync(paths.lock).ino)[0] ?? holder(paths.holder)
    return pid === undefined || !existsSync(`/proc/${pid}`) ? undefined : { pid }
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Those that have an exclusive lock on a file: proc_locks(5). A process in another container is 0 or less. */
function lockers(inode: number): number[] {
  const locks = existsSync('/proc/locks') ? readFileSync('/proc/locks', 'latin1') : ''
  return locks.split('\n').flatMap((line) => {
    const [, , , kind, pid, file] = line.split(/\s+/)
    return kind === 'WRITE' && file?.endsWith(`:${inode}`) && Number(pid) > 0 ? [Number(pid)] : []
  })
}

/** Where there is no list of locks. */
function holder(path: string): number | undefined {
  if (existsSync('/proc/locks') || !existsSync(path)) return undefined
  const [, pid] = /^process (\d+) /.exec(readRegular(path, MAX_WRITTEN_BYTES).toString()) ?? []
  return pid === undefined ? undefined : Number(pid)
}
