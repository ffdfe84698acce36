/** What the control groups of a process allow it: of its own group and of all around that. Version 1 and 2 of them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = '/sys/fs/cgroup'

export interface Allowance {
  /** Cores' worth of CPU time; undefined without a limit. */
  readonly cores: number | undefined
  readonly memoryBytes: number | undefined
}

export function allowanceOf(pid: number | 'self'): Allowance {
  const path = `/proc/${pid}/cgroup`
  const groups = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  const found = groups.flatMap((line) => {
    const [, controllers = '', ...rest] = line.split(':')
    return around(rest.join(':')).flatMap((group) => limitsOf(controllers, group))
  })
  return {
    cores: least(found.map(({ cores }) => cores)),
    memoryBytes: least(found.map(({ memoryBytes }) => memoryBytes)),
  }
}

/** A group and those around it, up to the root. */
function around(group: string): string[] {
  return group === '/' || group === '.' ? ['/'] : [group, ...around(dirname(group))]
}

function limitsOf(controllers: string, group: string): Allowance[] {
  if (controllers === '') {
    const [quota, period] = wordsOf(join(ROOT, group, 'cpu.max'))
    return [{ cores: quotaOf(quota, period), memoryBytes: limitOf(wordsOf(join(ROOT, group, 'memory.max'))[0]) }]
  }
  const at = (name: string) => wordsOf(join(ROOT, controllers, group, name))[0]
  const names = controllers.split(',')
  return [
    {
      cores: names.includes('cpu') ? quotaOf(at('cpu.cfs_quota_us'), at('cpu.cfs_period_us')) : undefined,
      memoryBytes: names.includes('memory') ? limitOf(at('memory.limit_in_bytes')) : undefined,
    },
  ]
}

const wordsOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split(/\s+/) : [])

const quotaOf = (quota = '', period = ''): number | undefined =>
  Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : undefined

/** Version 1 has a number that no machine has in the place of none. */
const limitOf = (bytes = ''): number | undefined =>
  Number(bytes) > 0 && Number(bytes) < 2 ** 60 ? Number(bytes) : undefined

function least(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
