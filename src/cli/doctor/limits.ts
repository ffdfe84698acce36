/** What the machine gives a gateway: files, memory, cores. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { errnoOf } from '../../files/reason'
import { allowanceOf } from './cgroup'
import { type Finding, findingsOf, mebibytes } from './finding'
import type { RunningGateway } from './running-gateway'

const { ok, warn, fail } = findingsOf('limits')

/** Sockets of callers and hosts, files of the database; far from it in a day, not in a storm of connections. */
const FEW_FILES = 4096
const FULL_PART = 0.8
/** The gateway and a host, without an instance. */
const LEAST_MEMORY = 256 << 20
const SCARCE_MEMORY = 1 << 30
const LEAST_CORES = 0.5

/** For the gateway that runs, else for what is started as doctor was. */
export function checkLimits(running: RunningGateway | undefined): Finding[] {
  if (!existsSync('/proc/self/limits')) return [ok('this system does not tell them')]
  const pid = running?.pid ?? 'self'
  return [files(pid), ...addressSpace(pid), memory(pid), cores(pid)]
}

/** Undefined where there is none. */
function limit(pid: number | 'self', name: string): number | undefined {
  const text = readFileSync(`/proc/${pid}/limits`, 'utf8')
  const [, soft] = new RegExp(`^${name} +(\\S+)`, 'm').exec(text) ?? []
  return soft === undefined || soft === 'unlimited' ? undefined : Number(soft)
}

function files(pid: number | 'self'): Finding {
  const most = limit(pid, 'Max open files') ?? Number.POSITIVE_INFINITY
  const raise = 'raise it: LimitNOFILE=65536 in the unit, or ulimit -n 65536'
  const open = pid === 'self' ? undefined : openFiles(pid)
  const used = open === undefined ? '' : `, of which the gateway has ${open} open`
  const told = `${most} files and sockets may be open${used}`
  if (open !== undefined && open > most * FULL_PART) return fail(told, raise)
  return most < FEW_FILES ? warn(told, raise) : ok(told)
}

/** Undefined where they are another user's. */
function openFiles(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

/** The engine of JavaScript reserves far more than it uses. */
function addressSpace(pid: number | 'self'): Finding[] {
  const most = limit(pid, 'Max address space')
  if (most === undefined) return []
  return [fail(`the address space is limited to ${mebibytes(most)}`, 'lift it (ulimit -v unlimited), and limit memory')]
}

function memory(pid: number | 'self'): Finding {
  const [, free = '0'] = /^MemAvailable: +(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
  const { memoryBytes = Number.POSITIVE_INFINITY } = allowanceOf(pid)
  const bytes = Math.min(Number(free) * 1024, memoryBytes)
  const isLimit = bytes === memoryBytes
  const told = isLimit
    ? `a control group limits memory to ${mebibytes(bytes)}`
    : `${mebibytes(bytes)} of memory are free`
  const more = isLimit ? 'raise the limit: MemoryMax= of the unit, or that of the container' : 'free some, or add some'
  if (bytes < LEAST_MEMORY) return fail(told, more)
  return bytes < SCARCE_MEMORY ? warn(told, more) : ok(told)
}

function cores(pid: number | 'self'): Finding {
  const all = availableParallelism()
  const { cores: quota } = allowanceOf(pid)
  if (quota === undefined || quota >= all) return ok(`${all} ${all === 1 ? 'core' : 'cores'}`)
  const told = `a control group allows the time of ${quota.toFixed(2)} of ${all} cores`
  const more = 'raise it: CPUQuota= of the unit, or that of the container'
  if (quota < LEAST_CORES) return fail(told, more)
  // there is a host for each core but one, and all of them are paused when the time is used up
  return warn(told, `${more}; or bind it to as many cores (AllowedCPUs=), so that it starts no more hosts than can run`)
}
