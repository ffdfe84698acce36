/** Ends this process with the one that started it, whatever either of them is doing, even while a signal has stopped it. */
import { openLibc } from './libc'

const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/** @returns false where the system has no such thing: on Linux alone. */
export function endWithParent(): boolean {
  if (process.platform !== 'linux') return false
  const libc = openLibc({ prctl: { args: ['int', 'u64', 'u64', 'u64', 'u64'], returns: 'int' } })
  return libc?.prctl(PR_SET_PDEATHSIG, BigInt(SIGKILL), 0n, 0n, 0n) === 0
}
