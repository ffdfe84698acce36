/** Whether the time of day can be relied upon. */
import { ptr } from 'bun:ffi'
import { existsSync, statSync } from 'node:fs'
import { databasePath } from '../../store/store'
import type { ClockWatch } from '../../telemetry/steady-clock'
import { openLibc } from '../libc'
import { type Finding, findingsOf } from './finding'

const { ok, warn, fail } = findingsOf('clock')

const NTP = 'start systemd-timesyncd, chrony or another NTP client, or that of the machine around this one'
/** What two machines may differ by and still tell the same story. */
const LARGE_ERROR_MS = 1000
const LATER_MS = 2000

interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Since doctor began. */
  readonly watch: ClockWatch
}

export function checkClock({ now, watch }: Clock, data: string | undefined): Finding[] {
  const jumpMs = watch.jump()
  const jumped = warn(`the clock was set by ${jumpMs} ms while doctor ran`, NTP)
  return [...(jumpMs === 0 ? [] : [jumped]), ...(data === undefined ? [] : againstJournal(now(), data)), synchronised()]
}

/** What was written later than now was written before the clock was set back. */
function againstJournal(nowMs: number, data: string): Finding[] {
  const writtenMs = [databasePath(data), `${databasePath(data)}-wal`]
    .filter((path) => existsSync(path))
    .map((path) => statSync(path).mtimeMs)
  const aheadMs = Math.max(0, ...writtenMs) - nowMs
  if (aheadMs < LATER_MS) return []
  const message = `the journal was written ${Math.round(aheadMs / 1000)} s later than the clock says that it is now`
  return [fail(message, `set the clock: ${NTP}`)]
}

const STA_UNSYNC = 0x40
const STATUS_AT = 40
const MAX_ERROR_AT = 24
const TIMEX_BYTES = 208

/** As adjtimex(2) tells it of the kernel's clock; with no modes it only reads. */
function synchronised(): Finding {
  const libc = process.platform === 'linux' ? openLibc({ adjtimex: { args: ['ptr'], returns: 'int' } }) : undefined
  const timex = new DataView(new ArrayBuffer(TIMEX_BYTES))
  if (!libc || libc.adjtimex(ptr(timex)) < 0) return ok('the system does not tell whether the clock is synchronised')
  const errorMs = Number(timex.getBigInt64(MAX_ERROR_AT, true)) / 1000
  const isLoose = (timex.getInt32(STATUS_AT, true) & STA_UNSYNC) !== 0
  if (isLoose) return warn('the clock is not synchronised, as far as the kernel knows', NTP)
  const told = `the clock is synchronised, to within ${errorMs.toFixed(0)} ms`
  return errorMs > LARGE_ERROR_MS ? warn(told, `look after it: ${NTP}`) : ok(told)
}
