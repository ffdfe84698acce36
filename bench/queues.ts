/** What it costs to put something into a queue in which very much waits already. */

import { Outbox } from '../src/hosts/outbox'
import { Placement } from '../src/hosts/placement'
import { RecordWriter } from '../src/sandbox/records'
import { ChunkQueue } from '../src/sandbox-host/chunk-queue'
import { listener, specOf } from './hosts'
import { bestUs, type Row } from './row'
import { trade, trades } from './trades'

const WAITING = 100_000
const PUSHES = 100_000
const placement = new Placement(1, specOf('queue', new Uint8Array(0)), listener({}))

export async function queuesRows(): Promise<Row[]> {
  return [outboxRow(), chunkRow()]
}

/** Reports and market data in turns, as they come of a busy market. */
function outboxRow(): Row {
  const events = trades(PUSHES)
  const cost = (waiting: number) => {
    const outbox = new Outbox({ maxAgeMs: () => 1000, elapsed: () => 0, left: () => undefined })
    for (let i = 0; i < waiting; i++) outbox.push({ placement, content: { tradingActive: true } })
    return bestUs(
      2 * PUSHES,
      () => {
        for (const event of events) {
          outbox.push({ placement, content: { tradingActive: true } })
          outbox.push({ event, atMs: 0 })
        }
      },
      1,
    )
  }
  return row('a push into the queue of a host', cost)
}

/** Own records and shared ones in turns. */
function chunkRow(): Row {
  const writer = new RecordWriter()
  writer.event(trade(1))
  const bytes = writer.from().slice()
  const common = { bytes, count: 1, events: 1, before: new Map(), effects: [], handlers: -1, atMs: 0 }
  const own = { ...common, own: [0], reports: [0], oldestMs: Infinity, newestMs: -Infinity }
  const shared = { ...common, own: [], reports: [], oldestMs: 0, newestMs: 0 }
  const cost = (waiting: number) => {
    const queue = new ChunkQueue({ maxWaiting: 4096, maxWaitingBytes: 1 << 20, maxAgeMs: 1000 })
    for (let i = 0; i < waiting; i++) queue.push(own)
    return bestUs(
      PUSHES,
      () => {
        for (let i = 0; i < PUSHES / 2; i++) {
          queue.push(own)
          queue.relieve(0, false)
          queue.push(shared)
          queue.relieve(0, false)
        }
      },
      1,
    )
  }
  return row('a push into the queue of an instance', cost)
}

function row(what: string, cost: (waiting: number) => number): Row {
  cost(0)
  const full = Math.min(cost(WAITING), cost(WAITING))
  const empty = Math.min(cost(0), cost(0))
  return {
    what: `${what} in which ${WAITING.toLocaleString('en')} wait`,
    figure: `${full.toFixed(2)} µs`,
    baseline: `nothing waits ${empty.toFixed(2)} µs`,
    ratio: full / empty,
    goal: '≤ 3 × nothing waits',
    reached: full <= 3 * empty,
  }
}
