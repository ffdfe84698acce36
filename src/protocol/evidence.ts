/** What an instance is done again from that does not come to what it came to: kept aside, for people to look at. */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../files/reason'

const NAME = /^differs-/
/** The oldest of more are removed. */
const MOST = 4

/**
 * Whatever there is of the log, and of the instance, as it stands: under other names it takes no room as long as it is there anyway.
 * @param folder of the log. @returns the folder in it. @throws Error of the disk.
 */
function keepAside(folder: string, number: number, nowMs: number): string {
  const aside = join(folder, `differs-${nowMs}-${number}`)
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  for (const name of names)
    if (name.endsWith('.log') || name.startsWith(`${number}-`)) put(join(folder, name), join(aside, name))
  const older = names.filter((name) => NAME.test(name)).sort()
  for (const name of older.slice(0, Math.max(0, older.length + 1 - MOST)))
    rmSync(join(folder, name), { recursive: true, force: true })
  return aside
}

/** As `keepAside`, in words. */
export function evidenceOf(folder: string, number: number, nowMs: number): string {
  try {
    return `what was kept is in ${keepAside(folder, number, nowMs)}`
  } catch (error) {
    return `what was kept could not be put aside: ${reasonOf(error)}`
  }
}

/** @throws Error of the disk. */
function put(file: string, as: string): void {
  try {
    linkSync(file, as)
  } catch {
    // not everywhere a file may have two names
    writeFileSync(as, readFileSync(file), { mode: 0o600 })
  }
}

/** Whether it is a folder of that. */
export const isAside = (name: string): boolean => NAME.test(name)
