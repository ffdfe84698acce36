/** Whether sandbox hosts can give up what rights they have here: by doing it. */
import { type Finding, findingsOf } from './finding'

const { ok, warn } = findingsOf('wall')

const ADVICE =
  'a kernel of 5.13 or later has all of it, where lsm=landlock,… is not left out at boot and no container or unit forbids the calls'

/** @param missing parts of the wall. */
export function checkWall(missing: readonly string[]): Finding {
  if (missing.length === 0) return ok('sandbox hosts give up files, connections, programs and signals to others')
  return warn(`the wall around sandbox hosts lacks ${missing.join(' and ')}`, ADVICE)
}
