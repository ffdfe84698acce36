/** One symbol to a thousand instances in a sandbox host, and what a thousand weigh. */

import { memoryMb } from '../test/memory-of'
import { listener, pidOf, programOf, specOf, startPool, until } from './hosts'
import { launchedRow } from './launch'
import { count, type Row } from './row'
import { shipped } from './shipped'
import { trades } from './trades'

const INSTANCES = 1000
/** As many as a host takes at once. */
const BATCH = 1024
const BATCHES = 3

export async function fanoutRows(): Promise<Row[]> {
  const empty = await fanout('noop', 500_000, 1_000_000)
  const momentum = await fanout('momentum', 500_000, 600_000)
  return [...empty, ...momentum]
}

async function fanout(strategy: string, threshold: number, goal: number): Promise<Row[]> {
  await using pool = await startPool()
  const program = await programOf(pool, await shipped(strategy))
  const times: number[] = []
  for (let i = 0; i < INSTANCES; i++) {
    const start = performance.now()
    await pool.launch(specOf(`${strategy}-${i}`, program), listener({}))
    times.push(performance.now() - start)
  }
  const ids = Array.from({ length: INSTANCES }, (_, i) => `${strategy}-${i}`)
  const events = trades(BATCH)
  const single = baselinePerSecond()
  let best = 0
  let sent = 0
  for (let round = 0; round < BATCHES; round++) {
    const start = performance.now()
    // all of them, however long it takes here
    pool.publish(events, true)
    sent += BATCH
    await until(() => ids.every((id) => pool.stats(id).events >= sent))
    best = Math.max(best, (BATCH * INSTANCES * 1000) / (performance.now() - start))
  }
  const rows: Row[] = [
    {
      what: `fan-out of one symbol to 1,000 × ${strategy}`,
      figure: `${count(best)}/s`,
      baseline: `calls of a plain function ${count(single)}/s`,
      ratio: single / best,
      goal: `≥ ${count(threshold)}/s (goal ${count(goal)})`,
      reached: best >= threshold,
    },
  ]
  if (strategy !== 'momentum') return rows
  const memory = memoryMb(process.pid) + memoryMb(pidOf(pool))
  return [
    ...rows,
    {
      what: '1,000 × momentum, memory of all processes',
      figure: `${memory.toFixed(0)} MB`,
      baseline: 'the ancestor 1,045 MB',
      ratio: memory / 1045,
      goal: '≤ 500 MB',
      reached: memory <= 500,
    },
    launchedRow(times),
  ]
}

/** How fast this machine walks an array of listeners for each event, in plain JavaScript. */
function baselinePerSecond(): number {
  const events = trades(BATCH)
  const sums = new Float64Array(INSTANCES)
  const listeners = Array.from({ length: INSTANCES }, (_, i) => (price: number) => {
    sums[i] = sums[i]! + price
  })
  const round = () => {
    for (const event of events) for (const listen of listeners) listen(event.payload.timestamp)
  }
  round()
  const start = performance.now()
  round()
  return (BATCH * INSTANCES * 1000) / (performance.now() - start)
}
