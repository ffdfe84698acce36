/** How often the kernel has killed a process for want of memory. */
import { readFileSync } from 'node:fs'

/** Since the machine started, anywhere in it; 0 where the system does not tell. */
export function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
