/**
 * `make soak`: many instances at work while other processes burn every core for a while, again and again. It prints what
 * it saw and ends with status 1 when a promise is broken: nothing is lost, the gateway answers and stops throughout, is
 * back to normal within seconds, and its memory stays flat.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startGateway, type TestGateway } from '../gateway'
import { burning } from './burning'
import { configOf, missingReports, SOURCE } from './traders'
import { Watch } from './watch'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    instances: { type: 'string', default: '200' },
    rate: { type: 'string', default: '50' },
  },
})
const seconds = Number(values.seconds)
const instances = Number(values.instances)
const rate = Number(values.rate)
if (![seconds, instances, rate].every((value) => value > 0)) {
  process.stderr.write("usage: make soak [ARGS='--seconds 600 --instances 200 --rate 50']\n")
  process.exit(2)
}

/** A third of a round is calm, a third burns, and a third is to get back to normal in. */
const ROUND_S = 120
const STOP_MS = 5000
const NORMAL_WITHIN_MS = 10_000
const HEALTH_WITHIN_MS = 5000
const BURNERS_PER_CORE = 2
/** Caches fill and heaps grow to their size at first. */
const MOST_GROWTH = 1.5

const broken: string[] = []
const rounds = Math.max(1, Math.round(seconds / ROUND_S))
const thirdMs = (seconds * 1000) / rounds / 3
const folder = mkdtempSync(join(tmpdir(), 'meltica-soak-'))
let calmMb: number | undefined
try {
  say(`${instances} instances at ${rate} events/s, ${rounds} × ${((3 * thirdMs) / 1000).toFixed(0)} s, ${folder}`)
  let gateway = await startGateway({ folder })
  await gateway.upload(SOURCE, { tag: 'v1' })
  await stop(gateway, 'when nothing runs yet')
  gateway = await begin('at first')
  for (let round = 1; round <= rounds; round++) {
    await calm(gateway, round)
    {
      using _ = burning(BURNERS_PER_CORE * cpus().length)
      await burn(gateway, round, thirdMs * 0.6)
      await stop(gateway, 'while the machine burns')
      gateway = await begin('while the machine burns')
      await burn(gateway, round, thirdMs * 0.4)
    }
    await recover(gateway, round)
  }
  await lost(gateway)
  await stop(gateway, 'in the end')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const one of broken) say(`BROKEN: ${one}`)
say(broken.length === 0 ? 'every promise was held' : `${broken.length} promises were broken`)
process.exit(broken.length === 0 ? 0 : 1)

async function begin(when: string): Promise<TestGateway> {
  const start = performance.now()
  const gateway = await startGateway({ folder, config: configOf(instances, rate) })
  const { running } = await new Watch(gateway).look()
  say(`started ${when} within ${ms(performance.now() - start)}: ${running} instances run`)
  promise(running === instances, `${running} of ${instances} instances run again, started ${when}`)
  return gateway
}

async function stop(gateway: TestGateway, when: string): Promise<void> {
  const start = performance.now()
  const status = await gateway.stop('SIGTERM')
  const took = performance.now() - start
  say(`SIGTERM ${when}: ended with ${status} after ${ms(took)}`)
  // one that cannot stop in time says so, and ends: what must not be lost is saved
  promise(status !== null && took <= STOP_MS, `SIGTERM ${when} ended it with ${status} after ${ms(took)}`)
}

async function calm(gateway: TestGateway, round: number): Promise<void> {
  const watch = new Watch(gateway)
  await watch.run(thirdMs)
  say(`round ${round}, calm: ${watch.summary}`)
  promise(watch.eventsPerSecond > rate / 2, `in calm an instance had ${watch.eventsPerSecond} events/s, not ${rate}`)
}

async function burn(gateway: TestGateway, round: number, forMs: number): Promise<void> {
  const watch = new Watch(gateway)
  await watch.run(forMs)
  say(`round ${round}, burning: ${watch.summary}`)
  promise(
    watch.slowestHealthMs <= HEALTH_WITHIN_MS,
    `/healthz took ${ms(watch.slowestHealthMs)} while the machine burned`,
  )
}

async function recover(gateway: TestGateway, round: number): Promise<void> {
  const watch = new Watch(gateway)
  const start = performance.now()
  const backMs = await watch.untilNormal(thirdMs)
  const took = backMs === undefined ? `not within ${ms(thirdMs)}` : `after ${ms(backMs)}`
  say(`round ${round}, back to normal ${took}`)
  promise((backMs ?? Infinity) <= NORMAL_WITHIN_MS, `round ${round}: back to normal ${took}`)
  await watch.run(thirdMs - (performance.now() - start))
  say(`round ${round}, after it: ${watch.summary}`)
  calmMb ??= watch.residentMb
  promise(
    watch.residentMb <= MOST_GROWTH * calmMb,
    `memory grew from ${calmMb.toFixed(0)} to ${watch.residentMb.toFixed(0)} MB`,
  )
}

/** Reports that no strategy was told, and orders without an end. */
async function lost(gateway: TestGateway): Promise<void> {
  await gateway.post('/providers/sim/stop')
  const { orders, fills, problems } = await missingReports(gateway, instances)
  say(`${orders} orders, ${fills} fills, each of them told: ${problems.length === 0}`)
  for (const problem of problems) promise(false, problem)
}

function promise(isHeld: boolean, sentence: string): void {
  if (!isHeld) broken.push(sentence)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function ms(time: number): string {
  return time < 1000 ? `${time.toFixed(0)} ms` : `${(time / 1000).toFixed(1)} s`
}
