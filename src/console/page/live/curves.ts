/**
 * The equity of the last day of those instances that are in view, to be drawn small. Each is read when it comes into view and
 * then once a minute; few at a time, so that a list of a thousand that is scrolled through asks for no more than it shows.
 */
import type { EquityCurve } from '../../../schema/worth'
import { call, part, Refused } from '../api/call'
import { Store } from '../store'

const POINTS = 40
const SPAN_MS = 86_400_000
const AGAIN_MS = 60_000
/** How often it is looked which are due. */
const CHECK_MS = 3000
const AT_ONCE = 2
/** Curves that are kept of those that are not in view. */
const KEPT = 200

type Points = EquityCurve['points']

interface Watched {
  readonly curve: Store<Points>
  /** How many show it. */
  watchers: number
  /** As `performance.now()` counts. */
  readMs: number
}

const watched = new Map<string, Watched>()
const waiting = new Set<string>()
let reading = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Empty until it is read, and for one that has no account. */
export function curveOf(id: string): Store<Points> {
  return entryOf(id).curve
}

/** Reads it from now on. @returns ends it. */
export function watchCurve(id: string): () => void {
  const entry = entryOf(id)
  entry.watchers++
  timer ??= setInterval(readDue, CHECK_MS)
  want(id, entry)
  return () => {
    entry.watchers--
    if (entry.watchers === 0) waiting.delete(id)
    forget()
  }
}

function entryOf(id: string): Watched {
  const entry = watched.get(id) ?? { curve: new Store<Points>([]), watchers: 0, readMs: Number.NEGATIVE_INFINITY }
  watched.set(id, entry)
  return entry
}

function readDue(): void {
  if (document.hidden) return
  for (const [id, entry] of watched) if (entry.watchers > 0) want(id, entry)
}

function want(id: string, entry: Watched): void {
  if (performance.now() - entry.readMs < AGAIN_MS) return
  waiting.add(id)
  readNext()
}

function readNext(): void {
  for (const id of waiting) {
    if (reading >= AT_ONCE) return
    waiting.delete(id)
    reading++
    void read(id).finally(() => {
      reading--
      readNext()
    })
  }
}

async function read(id: string): Promise<void> {
  const entry = entryOf(id)
  entry.readMs = performance.now()
  const from = new Date(Date.now() - SPAN_MS).toISOString()
  try {
    const { points } = await call<EquityCurve>(
      'GET',
      `/strategy/instances/${part(id)}/equity?points=${POINTS}&from=${from}`,
    )
    entry.curve.value = points
  } catch (error) {
    // one without an account has no curve, and who cannot be reached is said elsewhere
    if (!(error instanceof Refused)) throw error
  }
}

/** The oldest of those that nobody shows. */
function forget(): void {
  const idle = [...watched].filter(([, { watchers }]) => watchers === 0)
  if (idle.length === watched.size) {
    clearInterval(timer)
    timer = undefined
  }
  for (const [id] of idle.slice(0, Math.max(0, idle.length - KEPT))) watched.delete(id)
}
