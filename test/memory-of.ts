/** What a process takes of the machine's memory, for tests and benchmarks. */
import { readFileSync } from 'node:fs'

/**
 * In MB; 0 when it is gone. Without what its sandboxes have in common, which `VmRSS` counts once for each of them.
 * See proc_pid_status(5).
 */
export function memoryMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
    return (kib('RssAnon') + kib('RssFile')) / 1024
  } catch {
    return 0
  }
}
