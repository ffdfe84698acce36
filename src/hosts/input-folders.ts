/** Where hosts keep what they are told: a folder for each of them, by its place among them. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'

export const folderOf = (folder: string, index: number): string => join(folder, String(index))

/** Removes those of hosts that there are no more. */
export function dropFoldersFrom(folder: string, count: number, log: Log): void {
  try {
    for (const name of readdirSync(folder))
      if (/^\d+$/.test(name) && Number(name) >= count) rmSync(join(folder, name), { recursive: true, force: true })
  } catch (error) {
    log('warn', 'what sandbox hosts have kept that there are no more cannot be removed', { reason: reasonOf(error) })
  }
}
