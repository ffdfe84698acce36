/**
 * One soak, over a folder of its own: in each round it is calm, then other processes burn every core, then everything goes
 * wrong that can, and then it gets back to normal. In the end every invariant holds: test/soak/invariants.ts.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { randomOf } from '../durable/random'
import { startGateway, type TestGateway } from '../gateway'
import { burning } from './burning'
import { checkAccounts, checkAudit, checkLeft, checkTold, checkUsage, closeAll } from './invariants'
import { Memory } from './memory'
import { ms, Promises } from './promises'
import { hire } from './traders'
import { Trouble } from './trouble'
import { Watch } from './watch'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    instances: { type: 'string', default: '300' },
    rate: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    /** Only what goes wrong, and nothing that depends on how fast the machine is. */
    'trouble-only': { type: 'boolean', default: false },
    /** The data folder is a disk that may be filled. */
    disk: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const instances = Number(values.instances)
const rate = Number(values.rate)
const [folder] = positionals
if (folder === undefined || ![seconds, instances, rate].every((value) => value > 0)) {
  process.stderr.write("usage: make soak [ARGS='--seconds 600 --instances 300 --rate 50 --seed 1 --trouble-only']\n")
  process.exit(2)
}

/** So that a third of ten minutes is two of them. */
const ROUND_S = 100
const PARTS = 4
const STOP_MS = 5000
const NORMAL_WITHIN_MS = 10_000
const HEALTH_WITHIN_MS = 5000
const BURNERS_PER_CORE = 2
/** A shorter soak says nothing about memory: caches fill and heaps grow to their size at first. */
const LEAST_FOR_MEMORY_S = 300

const promises = new Promises()
const say = (line: string) => promises.say(line)
const check = (isHeld: boolean, sentence: string) => promises.check(isHeld, sentence)
const memory = new Memory()
/** Nothing is asked of how fast it is. */
const isSlow = values['trouble-only']
const rounds = isSlow ? 1 : Math.max(1, Math.round(seconds / ROUND_S))
const partMs = (seconds * 1000) / rounds / PARTS
say(`${instances} instances at ${rate} events/s, ${seconds} s in ${rounds} rounds, ${folder}`)
if (!values.disk) say('no disk is filled: it takes the right to mount one')
const first = await startGateway({ folder })
const hashes = await hire(first, instances, rate)
const trouble = new Trouble(first, {
  instances,
  hashes,
  hasDisk: values.disk,
  random: randomOf(Number(values.seed)),
})
await trouble.begin()
check(await trouble.whole(), 'all instances run at first')
if (isSlow) await goWrong(seconds * 1000)
else for (let round = 1; round <= rounds; round++) await aRound(round)
await end()
say(promises.broken.length === 0 ? 'every promise was held' : `${promises.broken.length} promises were broken`)
process.exit(promises.broken.length === 0 ? 0 : 1)

async function aRound(round: number): Promise<void> {
  await calm(round)
  {
    using _ = burning(BURNERS_PER_CORE * cpus().length)
    await burn(round, partMs * 0.6)
    await stop('while the machine burns')
    trouble.gateway = await begin('while the machine burns')
    await burn(round, partMs * 0.4)
  }
  await recover(round)
  await goWrong(partMs)
}

async function begin(when: string): Promise<TestGateway> {
  const start = performance.now()
  const gateway = await startGateway({ folder: folder! })
  const { running } = await new Watch(gateway).look()
  say(`started ${when} within ${ms(performance.now() - start)}: ${running} instances run`)
  check(running === instances, `${running} of ${instances} instances run again, started ${when}`)
  return gateway
}

async function stop(when: string): Promise<void> {
  trouble.note()
  const start = performance.now()
  const status = await trouble.gateway.stop('SIGTERM')
  const took = performance.now() - start
  say(`SIGTERM ${when}: ended with ${status} after ${ms(took)}`)
  // one that cannot stop in time says so, and ends: what must not be lost is saved
  check(status !== null && (isSlow || took <= STOP_MS), `SIGTERM ${when} ended it with ${status} after ${ms(took)}`)
}

async function calm(round: number): Promise<void> {
  const watch = new Watch(trouble.gateway)
  await watch.run(partMs)
  memory.add(watch.sizesMb)
  say(`round ${round}, calm: ${watch.summary}`)
  check(watch.eventsPerSecond > rate / 2, `in calm an instance had ${watch.eventsPerSecond} events/s, not ${rate}`)
}

async function burn(round: number, forMs: number): Promise<void> {
  const watch = new Watch(trouble.gateway)
  await watch.run(forMs)
  say(`round ${round}, burning: ${watch.summary}`)
  check(
    watch.slowestHealthMs <= HEALTH_WITHIN_MS,
    `/healthz took ${ms(watch.slowestHealthMs)} while the machine burned`,
  )
}

async function recover(round: number): Promise<void> {
  const watch = new Watch(trouble.gateway)
  const start = performance.now()
  const backMs = await watch.untilNormal(partMs)
  const took = backMs === undefined ? `not within ${ms(partMs)}` : `after ${ms(backMs)}`
  say(`round ${round}, back to normal ${took}`)
  check((backMs ?? Number.POSITIVE_INFINITY) <= NORMAL_WITHIN_MS, `round ${round}: back to normal ${took}`)
  await watch.run(partMs - (performance.now() - start))
  say(`round ${round}, after it: ${watch.summary}`)
}

async function goWrong(forMs: number): Promise<void> {
  await trouble.run(forMs)
  await trouble.calmDown()
  say([...trouble.counts].map(([what, count]) => `${count} × ${what}`).join(', '))
  check(await trouble.whole(), 'all instances run when nothing goes wrong any more')
  await checkUsage(trouble.gateway, promises)
}

async function end(): Promise<void> {
  const { gateway } = trouble
  await gateway.post('/providers/sim/stop')
  await checkTold(gateway, instances, promises)
  await gateway.post('/providers/sim/start')
  await closeAll(trouble, instances)
  await gateway.post('/providers/sim/stop')
  await checkAccounts(gateway, instances, promises)
  await checkUsage(gateway, promises)
  await checkAudit(trouble, promises)
  await stop('in the end')
  checkLeft(trouble, promises)
  if (!isSlow && seconds >= LEAST_FOR_MEMORY_S) memory.check(promises)
}
