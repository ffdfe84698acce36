/** What an instance is done again from that does not come to what it came to: kept aside, for people to look at. */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../files/reason'
import { segmentOf } from './segment-files'

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
  const isOfIt = (name: string) => segmentOf(name) !== undefined || name.startsWith(`${number}-`)
  for (const name of names.filter(isOfIt)) put(join(folder, name), join(aside, name))
  // a host that goes on may have packed segments meanwhile, which are there under other names then
  for (const name of readdirSync(folder))
    if (segmentOf(name) !== undefined && !names.includes(name)) put(join(folder, name), join(aside, name))
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

/** Unless it is gone. @throws Error of the disk. */
function put(file: string, as: string): void {
  try {
    linkSync(file, as)
  } catch {
    // not everywhere a file may have two names
    if (existsSync(file)) writeFileSync(as, readFileSync(file), { mode: 0o600 })
  }
}

/** Whether it is a folder of that. */
export const isAside = (name: string): boolean => NAME.test(name)
