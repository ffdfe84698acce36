/** The process of a backtest: what bounds it, and what is said of one that has gone. */
import { expect, test } from 'bun:test'
import { type BacktestBounds, type BacktestOutcome, BacktestProcess } from '../../../src/runtime/backtests/process'

const GENEROUS = { memoryBytes: Number.MAX_SAFE_INTEGER, timeoutMs: 0 }

function ended(script: string, bounds: BacktestBounds = GENEROUS): Promise<BacktestOutcome> {
  const command = { words: ['sh', '-c', script], directory: '/', home: '/' }
  return new BacktestProcess(command, bounds, () => undefined).ended
}

const reasonOf = async (outcome: Promise<BacktestOutcome>) => {
  const told = await outcome
  return 'failed' in told ? told.failed.message : told
}

test('one that takes too long, or too much memory, is ended and says so', async () => {
  expect(await reasonOf(ended('exec sleep 60', { ...GENEROUS, timeoutMs: 1 }))).toStartWith('it took longer than')
  expect(await reasonOf(ended('exec sleep 60', { ...GENEROUS, memoryBytes: 1 }))).toStartWith('it needed more than')
})

test('one that ends without a word is told with its status and the last that it has said', async () => {
  const outcome = await ended('echo one >&2; echo two >&2; exit 3')
  expect(outcome.warnings).toEqual(['one', 'two'])
  expect(await reasonOf(Promise.resolve(outcome))).toBe('the process of the backtest ended with status 3: two')
})

test('one that says what cannot be understood is not left to run on', async () => {
  const running = ended('echo $$ >&2; echo nonsense; exec sleep 60')
  expect(running).rejects.toThrow()
  await running.catch(() => undefined)
})

test.skipIf(process.platform !== 'linux')('it yields to everything else', async () => {
  const isFirstToGo = '[ "$(cat /proc/$$/oom_score_adj)" = 1000 ]'
  const outcome = await ended(`until ${isFirstToGo}; do sleep 0.01; done; cut -d " " -f 19 /proc/$$/stat >&2`)
  expect(outcome.warnings).toEqual(['19'])
})
