/** What sandbox hosts keep of what they are told: whether they can, how much of it there is, and whether it can be read. */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { InputSettings } from '../../config/inputs'
import { reasonOf } from '../../files/reason'
import { foldersIn, isGone } from '../../inputs/log-reader'
import { soundnessOf } from '../../inputs/soundness'
import { loadEngine } from '../../sandbox/engine'
import { type Finding, findingsOf, mebibytes } from './finding'

const { ok, warn, fail } = findingsOf('inputs')

/** So many of what is damaged are named. */
const MOST_NAMED = 5
const OWNER = 'give it to the user that runs the gateway, and run doctor as that user'
const BEGINS_ANEW =
  'a gateway goes on with what can be read; after a crash, instances of the rest begin from helpers.state, and meltica replay is refused that time'

/** @param folder of all hosts. @param deep whether all of it is read. */
export async function checkInputs(
  folder: string,
  { keepForMs, keepBytes }: InputSettings,
  deep: boolean,
): Promise<Finding[]> {
  if (!existsSync(folder)) return [ok(`${folder} is not there yet`)]
  try {
    if (!statSync(folder).isDirectory()) return [fail(`${folder} is no folder`, 'move it away')]
    const closed = [folder, ...foldersIn(folder)].filter((path) => !isWritable(path))
    return [
      ...closed.map((path) => fail(`${path} cannot be written: instances would notice a crash`, OWNER)),
      room(folder, keepForMs > 0 ? keepBytes : 0),
      ...(await soundness(folder, deep)),
    ]
  } catch (error) {
    return [fail(`${folder} cannot be read: ${reasonOf(error)}`, OWNER)]
  }
}

/** Asked of the system: nothing is written where hosts count what there is. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    return isGone(error)
  }
}

function room(folder: string, keepBytes: number): Finding {
  const bytes = sizeOf(folder)
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const most = keepBytes === 0 ? 'nothing is kept that is past' : `${mebibytes(keepBytes)} may be kept`
  const told = `${folder} has ${mebibytes(bytes)}; ${most}, and ${mebibytes(free)} are free`
  return free < keepBytes - bytes ? warn(told, 'make room, or lower inputs.keepMiB') : ok(told)
}

/** A file of two names is there once. */
function sizeOf(folder: string): number {
  const sizes = new Map<number, number>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false })
    if (stats?.isFile()) sizes.set(stats.ino, stats.size)
  }
  return sizes.values().reduce((sum, size) => sum + size, 0)
}

async function soundness(folder: string, deep: boolean): Promise<Finding[]> {
  const { hash: engine } = await loadEngine()
  const { segments, checkpoints, unseen, problems } = await soundnessOf(folder, { engine, deep })
  const all = `${counted(segments, 'segment')} of logs and ${counted(checkpoints, 'checkpoint')}`
  const rest = unseen === 0 ? '' : `; ${unseen} of them were not looked at, which meltica doctor --deep does`
  const upTo = deep ? '' : ' where each begins; meltica doctor --deep reads them whole'
  if (problems.length === 0) return [ok(`${folder} has ${all}, and can be read${upTo}${rest}`)]
  const more = problems.length - MOST_NAMED
  const named = problems.slice(0, MOST_NAMED).map((problem) => join(folder, problem))
  return [
    warn(
      [`of ${all} in ${folder} not all can be read${rest}`, ...named, ...(more > 0 ? [`and ${more} more`] : [])].join(
        '\n',
      ),
      BEGINS_ANEW,
    ),
  ]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
