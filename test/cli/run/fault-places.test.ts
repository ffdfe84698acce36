/** One name for the file of a strategy, whoever names a place in it. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AuthorFolder, TURNS } from '../author/author-folder'
import { meltica } from '../meltica'

const BROKEN_MAP = '//# sourceMappingURL=data:application/json;base64,bm90IEpTT04=\n'
const THROWS = TURNS.replace("helpers.log('seen'", "missing(); helpers.log('seen'") + BROKEN_MAP
const LINE = THROWS.slice(0, THROWS.indexOf('missing()')).split('\n').length

test('a fault, a stop and a failed start name the file as check does, also where its source map is broken', async () => {
  using folder = new AuthorFolder({
    'sub/mine.js': THROWS,
    'sub/loops.js': THROWS.replace('missing()', 'for (;;);'),
    'sub/start.js': THROWS.replace('let seen = 0', 'missing()'),
    'sub/wrong.js': `${THROWS}let a = = 1\n${BROKEN_MAP}`,
  })
  const run = async (...args: string[]) => (await meltica(folder.path, ...args)).stderr
  const ran = (file: string, ...more: string[]) => run('backtest', join('sub', file), '--data', 'BTC-USDT.csv', ...more)
  expect(await ran('mine.js')).toMatch(new RegExp(`^error: mine\\.js:${LINE}:\\d+: `, 'm'))
  await ran('loops.js', '--json', 'result.json')
  const { stopped } = JSON.parse(readFileSync(join(folder.path, 'result.json'), 'utf8')) as { stopped: string }
  expect(stopped).toStartWith(`loops.js:${LINE}:`)
  expect(await ran('start.js')).toMatch(/^error: create of start\.js failed: .* at start\.js:14:\d+$/m)
  expect(await run('check', 'sub/wrong.js')).toMatch(/^sub\/wrong\.js:\d+:\d+: compile: /)
  expect(await run('check', 'sub/mine.js')).toContain('sub/mine.js: warning: the source map cannot be read')
})

test('of several strategies a fault names the file of the one that threw', async () => {
  using folder = new AuthorFolder({ 'mine.js': THROWS })
  const { stderr } = await meltica(folder.path, 'backtest', 'a=./mine.js', 'b=./turns.js', '--data', 'BTC-USDT.csv')
  expect(stderr).toMatch(new RegExp(`^error: a: mine\\.js:${LINE}:\\d+: `, 'm'))
})
