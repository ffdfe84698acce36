/** What lies in the folder of what may be replayed, to be chosen from. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import type { ReplayFile } from '../schema/backtests'
import type { ReplayFolder } from './replay-folder'

/** More are named to nobody; they can be asked for all the same. */
const MOST_FILES = 10_000
/** A link may lead in a circle. */
const DEEPEST = 8

/** Regular files that may be opened, by name; hidden ones and what leads out of the folder are left out. */
export async function replayFiles(folder: ReplayFolder): Promise<ReplayFile[]> {
  const files: ReplayFile[] = []
  for await (const file of walk(folder, '', DEEPEST)) {
    files.push(file)
    if (files.length === MOST_FILES) break
  }
  return files
}

async function* walk(folder: ReplayFolder, within: string, deep: number): AsyncGenerator<ReplayFile> {
  const names = await readdir(join(folder.directory, within)).catch(() => [])
  for (const name of names.toSorted((one, other) => (one < other ? -1 : 1))) {
    const file = join(within, name)
    const path = name.startsWith('.') ? undefined : found(folder, file)
    const stats = path === undefined ? undefined : await stat(path).catch(() => undefined)
    if (stats?.isFile()) yield { file, bytes: stats.size, modifiedAt: stats.mtime.toISOString() }
    else if (stats?.isDirectory() && deep > 1) yield* walk(folder, file, deep - 1)
  }
}

function found(folder: ReplayFolder, file: string): string | undefined {
  try {
    return folder.find(file)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
