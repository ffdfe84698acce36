/** A strategy that never comes back: how soon it is stopped, and how long its neighbour waits for its next event. */
import { listener, programOf, specOf, startPool } from './hosts'
import { percentile, type Row } from './row'
import { trades } from './trades'

const ROUNDS = 5
const wrap = (handler: string) => `module.exports = {
  metadata: { name: 'bench', tag: 'v1', displayName: 'Bench', description: '', config: [], events: ['Trade'] },
  create({ runtime }) {
    return { onTrade() { ${handler} } }
  },
}
`

export async function hostileRows(): Promise<Row[]> {
  await using pool = await startPool()
  const endless = await programOf(pool, wrap('for (;;) {}'))
  const neighbour = await programOf(pool, wrap("runtime.submitMarketOrder('', 'buy', '0.001')"))
  let ordered = (): void => undefined
  const launchNeighbour = () => pool.launch(specOf('neighbour', neighbour), listener({ ordered: () => ordered() }))
  await launchNeighbour()
  const events = trades(ROUNDS + 20)
  const next = async () => {
    const waiting = new Promise<void>((resolve) => {
      ordered = resolve
    })
    const start = performance.now()
    pool.publish(events.splice(0, 1))
    await waiting
    return performance.now() - start
  }
  const calm: number[] = []
  for (let round = 0; round < 20; round++) calm.push(await next())
  const stopped: number[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const failed = Promise.withResolvers<void>()
    await pool.launch(specOf(`endless-${round}`, endless), listener({ failed: () => failed.resolve() }))
    // whoever came first is served first
    await pool.stop('neighbour')
    await launchNeighbour()
    const start = performance.now()
    delays.push(await next())
    await failed.promise
    stopped.push(performance.now() - start)
  }
  const most = Math.max(...stopped)
  const delay = Math.max(...delays)
  const usual = percentile(
    calm.sort((a, b) => a - b),
    50,
  )
  return [
    {
      what: 'endless loop: until it is stopped, the longest',
      figure: `${most.toFixed(0)} ms`,
      baseline: `an event to its order ${usual.toFixed(2)} ms`,
      ratio: most / usual,
      goal: '≤ 100 ms',
      reached: most <= 100,
    },
    {
      what: 'endless loop: until the neighbour orders, the longest',
      figure: `${delay.toFixed(0)} ms`,
      baseline: `an event to its order ${usual.toFixed(2)} ms`,
      ratio: delay / usual,
      goal: '≤ 100 ms',
      reached: delay <= 100,
    },
  ]
}
