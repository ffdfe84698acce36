/** `sweep()` of the module `meltica`: the runs of `meltica sweep`, and what it refuses in the same words. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { meltica } from '../meltica'
import { AuthorFolder, TURNS } from './author-folder'

const IMPORT = `import { backtest, expect, sweep, test } from 'meltica'\n`
const RUN = `{ strategy: './turns.js', data: 'BTC-USDT.csv', cash: '10000', feeBps: 0 }`

/** Runs one test with this body. @returns what it prints, as JSON. */
async function printed(folder: AuthorFolder, body: string): Promise<unknown> {
  folder.write({ 'a.test.ts': `${IMPORT}test('it', async () => {\n${body}\n})\n` })
  const { stdout, stderr, status } = await meltica(folder.path, 'test')
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout.slice(stdout.indexOf('\n') + 1))
}

test('its runs are those of the command, in the order of the grid, and each is what backtest makes of the config', async () => {
  using folder = new AuthorFolder()
  const axes = ['--set', 'word="a,b",c', '--set', 'every=2:4:1']
  const flags = ['--cash', '10000', '--fee-bps', '0', '--runs', 'runs.jsonl']
  await meltica(folder.path, 'sweep', './turns.js', '--data', 'BTC-USDT.csv', ...flags, ...axes)
  const lines = readFileSync(join(folder.path, 'runs.jsonl'), 'utf8').trimEnd().split('\n')
  const [runs, single, ranges] = (await printed(
    folder,
    `const runs = await sweep({ ...${RUN}, set: { word: ['a,b', 'c'], every: [2, 3, 4] } })
    const single = []
    for (const { config } of runs) {
      const { dry_run, ...own } = config
      const { stats, orders, stopped } = await backtest({ ...${RUN}, config: own })
      single.push({ config, stats, orders, stopped })
    }
    const ranges = await sweep({ ...${RUN}, jobs: 1, config: { word: 'c,' }, set: { every: '2:4:1' } })
    console.log(JSON.stringify([runs, single, ranges.map(({ config }) => [config.word, config.every])]))`,
  )) as unknown[]
  expect(runs).toEqual(lines.map((line) => JSON.parse(line)))
  expect(single).toEqual(runs)
  expect(lines).toHaveLength(6)
  expect(ranges).toEqual([
    ['c,', 2],
    ['c,', 3],
    ['c,', 4],
  ])
})

test('the best run is the first of the ranking of the command, by whatever figure', async () => {
  using folder = new AuthorFolder()
  const best = await printed(
    folder,
    `const runs = await sweep({ ...${RUN}, feeBps: 10, set: { every: [2, 3, 4] } })
    const most = await sweep({ ...${RUN}, set: { every: [2, 9] }, data: [{ time: '2024-01-01', open: 1, high: 1, low: 1, close: 1 }] })
    console.log(JSON.stringify([runs.map(({ stats }) => stats.fees), ...['fees', 'trades', 'start'].map((name) => runs.best(name).config.every),
      most.best('sharpe') ?? 'none', Object.keys(runs)]))`,
  )
  const [fees, ...rest] = best as [number[], ...unknown[]]
  expect(fees[0]).toBeGreaterThan(fees[2]!)
  expect(rest).toEqual([4, 2, 2, 'none', ['0', '1', '2']])
})

test('what is refused is rejected in the words of the command, and later searches are made', async () => {
  using folder = new AuthorFolder()
  const told = await printed(
    folder,
    `const tell = (options) => sweep({ ...${RUN}, ...options }).then((runs) => runs.length, (error) => [error.code, error.message.split('\\n')[0]])
    console.log(JSON.stringify([
      await tell({ set: { evry: [1, 2] } }), await tell({ set: { every: '5:1:1' } }), await tell({ set: { every: [] } }),
      await tell({ set: { every: [1, 1] } }), await tell({ set: [1] }), await tell({ config: { every: 1 }, set: { every: [2] } }),
      await tell({ set: { word: ['"a', 'b'] } }), await tell({ set: { every: [1, 2] }, random: 1, sobol: 1 }), await tell({ set: { every: [1, 2] }, random: 'x' }),
      await tell({ set: { every: '1:200000:1' } }), await tell({ set: { every: [1] }, runs: 'x.jsonl' }), await tell({ set: { every: [1] }, data: 'none.csv' }),
      await tell({ set: { every: [1] }, strategy: './none.js' }), await tell({ set: { every: [1] }, format: 'help' }),
      await tell({ set: { every: '1:50:1' }, random: 3 }),
    ]))`,
  )
  expect(told).toEqual([
    ['invalid_config', '"evry" is no field of the strategy'],
    ['invalid_config', '"every" has no value: from 5 a step of 1 does not lead to 1'],
    ['usage', "set.every is a list of values that is not empty, or a text, as '5:50:5' or '5,10'"],
    ['invalid_config', '"every" names 1 twice'],
    ['usage', "set is an object, as { fast: '5:50:5' }, not [1]"],
    ['invalid_config', '"every" is set twice: name all values at once'],
    ['usage', 'set.word has a value with a double quote that a search cannot write'],
    ['usage', '--random and --sobol are two ways to choose runs: name one of them'],
    ['usage', expect.stringMatching(/^option '--random <n>' argument 'x' is invalid\. /)],
    ['usage', 'the sweep would make 200,000 runs'],
    ['usage', expect.stringMatching(/^there is no option runs: they are .*random, sobol, jobs/)],
    ['data_unreadable', 'none.csv does not exist'],
    ['file_unreadable', './none.js cannot be read: there is no such file or folder'],
    ['usage', 'format names a format: meltica backtest --format help lists them'],
    3,
  ])
})

test('a search ends with the process that asked for it, which is told, and the next one is made', async () => {
  using folder = new AuthorFolder({ 'slow.js': TURNS.replace('helpers.log(', 'for (;;); helpers.log(') })
  const told = await printed(
    folder,
    `const { readdirSync, readFileSync } = await import('node:fs')
    const read = (path) => { try { return readFileSync(path, 'utf8') } catch { return '' } }
    const childOf = (parent, name) => readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).find((pid) =>
      read('/proc/' + pid + '/cmdline').includes(name) && read('/proc/' + pid + '/status').includes('PPid:\\t' + parent + '\\n'))
    const until = async (look) => { for (;;) { const found = look(); if (found) return found; await Bun.sleep(5) } }
    const lost = sweep({ ...${RUN}, strategy: './slow.js', set: { every: '1:1000:1' } }).then(() => 'ran', (error) => error.message)
    const host = await until(() => childOf(process.pid, 'backtest-host'))
    const search = await until(() => childOf(host, 'sweep-host'))
    const worker = await until(() => childOf(search, 'sweep-worker'))
    process.kill(Number(host), 'SIGKILL')
    for (const pid of [search, worker]) await until(() => read('/proc/' + pid + '/cmdline') === '')
    console.log(JSON.stringify([await lost, (await sweep({ ...${RUN}, set: { every: [1, 2] } })).length]))`,
  )
  expect(told).toEqual(['the process that ran this sweep ended by SIGKILL', 2])
})
