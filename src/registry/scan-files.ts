/** What lies in a strategy home: one walk over its folders. */
import { readdirSync } from 'node:fs'
import { breathe } from '../files/breathe'
import { isHidden, kindOf } from './paths'

/** Paths relative to the home. */
export interface HomeScan {
  readonly sources: string[]
  readonly pending: string[]
  readonly temporary: string[]
}

const FOLDERS_A_TURN = 256

export async function scanHome(home: string): Promise<HomeScan> {
  const found: HomeScan = { sources: [], pending: [], temporary: [] }
  const byKind = { source: found.sources, pending: found.pending, temporary: found.temporary }
  const folders = ['']
  for (let at = 0; at < folders.length; at++) {
    if (at % FOLDERS_A_TURN === FOLDERS_A_TURN - 1) await breathe()
    const folder = folders[at]!
    for (const entry of listed(`${home}/${folder}`)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!isHidden(entry.name)) folders.push(path)
        continue
      }
      const kind = kindOf(entry.name)
      if (kind && (entry.isFile() || (kind === 'source' && entry.isSymbolicLink()))) byKind[kind].push(path)
    }
  }
  return found
}

/** In a fixed order, whatever the file system's; a folder that can't be read holds nothing for us. */
function listed(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}
