/** A folder of files that is there whole or not at all. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../../errors/failure'
import { errnoOf, reasonOf } from '../../files/reason'
import { unwritable } from '../../files/unwritable'

/** How the folder begins in which the files are made first. */
const STAGING = '.meltica-init-'
const HINT = 'name a folder that is empty, or not there yet'

/**
 * @param folder absolute; made where it is not there, refused where it has anything in it.
 * @throws Failure file_unwritable; nothing is left behind then.
 */
export function writeFolder(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const isThere = existsSync(folder)
  if (isThere) refuseUnlessEmpty(folder)
  const undo: (() => void)[] = []
  try {
    const parents = isThere ? undefined : mkdirSync(dirname(folder), { recursive: true })
    if (parents !== undefined) undo.push(() => rmSync(parents, { recursive: true }))
    // on the same disk as what comes of it: within a folder that is there, beside one that is not
    const staging = mkdtempSync(isThere ? join(folder, STAGING) : `${folder}${STAGING}`)
    undo.push(() => rmSync(staging, { recursive: true }))
    const staged = join(staging, 'made')
    for (const [path, content] of files) {
      mkdirSync(dirname(join(staged, path)), { recursive: true })
      writeFileSync(join(staged, path), content)
    }
    if (isThere) {
      for (const name of readdirSync(staged)) {
        renameSync(join(staged, name), join(folder, name))
        undo.push(() => rmSync(join(folder, name), { recursive: true }))
      }
    } else renameSync(staged, folder)
    rmSync(staging, { recursive: true })
  } catch (error) {
    for (const step of undo.reverse()) step()
    if (errnoOf(error) === undefined) throw error
    throw unwritable(folder, error)
  }
}

function refuseUnlessEmpty(folder: string): void {
  if (!statSync(folder).isDirectory()) throw new Failure('file_unwritable', `${folder} is a file`, {}, HINT)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    throw new Failure('file_unwritable', `${folder} cannot be read: ${reasonOf(error)}`)
  }
  if (names.length > 0)
    throw new Failure('file_unwritable', `${folder} is not empty: it has ${names.sort()[0]} in it`, {}, HINT)
}
