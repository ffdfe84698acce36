/**
 * What the silence of a sandbox host comes from: on a busy machine a process may be given no time for seconds, which tells
 * against nobody, and to start it again would only cost more.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the system tells of a process. */
export interface ProcessTimes {
  /** The states of its threads, as in proc(5): R runs or wants to, D waits for a disk, S sleeps, T is stopped, t is traced. */
  readonly states: readonly string[]
  /** CPU time of all of them so far, ms. */
  readonly cpuMs: number
}

/** Linux counts in hundredths of a second, on every machine. */
const TICK_MS = 10
/** The part of the time for an answer that it has to have had on a CPU before its silence is its own. */
const FAIR_PART = 0.5

/** Undefined where the system does not tell, and of a process that is gone. */
export function timesOf(pid: number): ProcessTimes | undefined {
  const tasks = `/proc/${pid}/task`
  try {
    const threads = readdirSync(tasks).map((thread) => parseTimes(readFileSync(join(tasks, thread, 'stat'), 'utf8')))
    return {
      states: threads.map(({ state }) => state),
      cpuMs: threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    }
  } catch {
    // it, or a thread of it, has ended meanwhile
    return undefined
  }
}

/** @param stat as in proc(5): the name, in parentheses, may have anything in it. */
export function parseTimes(stat: string): { readonly state: string; readonly cpuMs: number } {
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // utime and stime are the 14th and 15th of all fields
  return { state, cpuMs: (Number(fields[10]) + Number(fields[11])) * TICK_MS }
}

/** Whether a signal, or a debugger, keeps it from doing anything: its silence tells of nobody. */
export const isStopped = (now: ProcessTimes | undefined): boolean =>
  now?.states.some((state) => state === 'T' || state === 't') ?? false

/**
 * Whether it would go on if it were given the time: it wants to run, and has had little of the time since it was heard of.
 * @param before when it was heard of.
 * @param allowedMs in which it should have answered.
 */
export function isStarved(before: ProcessTimes | undefined, now: ProcessTimes | undefined, allowedMs: number): boolean {
  if (!before || !now?.states.some((state) => state === 'R' || state === 'D')) return false
  return now.cpuMs - before.cpuMs < allowedMs * FAIR_PART
}
