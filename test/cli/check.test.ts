/** `meltica check`: what an upload would say, from a shell. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { digestOf } from '../../src/schema/digest'
import { folder, strategy } from '../backtest/backtests'
import { meltica } from './meltica'

const FIELDS = `FIELD     TYPE   DEFAULT   DESCRIPTION
n         int    1
dry_run   bool   true      Check and log orders without sending them
`

async function check(source: string) {
  await using home = await folder()
  await Bun.write(join(home.path, 'mine.js'), source)
  return await meltica(home.path, 'check', 'mine.js')
}

test('a sound strategy is told with its name, tag and hash, and with the fields of its config', async () => {
  const source = strategy('onTrade() {}')
  const { status, stdout } = await check(source)
  expect(status).toBe(0)
  expect(stdout).toBe(`ok: tester:v1 ${digestOf(new TextEncoder().encode(source))} "Tester" (Trade)\n${FIELDS}`)
})

test('a syntax error is told as file:line:column: stage: message (hint)', async () => {
  const { status, stdout, stderr } = await check('let a = 1\nlet b = = 2\n')
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^mine\.js:2:9: compile: .+ \(.+\)\n$/)
})

test('what is thrown at the top level is told with its place', async () => {
  expect((await check('\n\n  missing()')).stderr).toMatch(/^mine\.js:3:\d+: execute: .*missing.* \(.+\)\n$/)
})

test('all that is wrong with the metadata is told at once', async () => {
  const { status, stderr } = await check(
    'module.exports = { metadata: { name: "A B", config: [{ name: "x", type: "y" }] } }',
  )
  expect(status).toBe(1)
  const lines = stderr.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThanOrEqual(5)
  for (const line of lines) expect(line).toMatch(/^mine\.js(:\d+:\d+)?: validation: .+ \(.+\)$/)
  for (const said of ['metadata.name', 'displayName', 'config[0].type', 'events', 'create'])
    expect(stderr).toContain(said)
})

test('what is likely a mistake is told as file:line:column: warning: message (hint), and refuses nothing', async () => {
  const source = strategy('onTrade() {},\n onKlineSumary() {}')
  const { status, stdout, stderr } = await check(source)
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `ok: tester:v1 ${digestOf(new TextEncoder().encode(source))} "Tester" (Trade)\n${FIELDS}`,
  })
  expect(stderr).toBe(
    'mine.js:8:2: warning: onKlineSumary is no handler: nothing calls it (did you mean onKlineSummary?)\n',
  )
})

test('a file that is not there is refused with 1, none at all with 2', async () => {
  await using home = await folder()
  expect(await meltica(home.path, 'check', 'none.js')).toMatchObject({ status: 1, stdout: '' })
  expect(await meltica(home.path, 'check')).toMatchObject({ status: 2, stdout: '' })
})

test('help has an example', async () => {
  await using home = await folder()
  expect((await meltica(home.path, 'check', '--help')).stdout).toContain('meltica check strategies/')
})

test('what a strategy does not have is refused at its place, as an upload of it is', async () => {
  const { status, stdout, stderr } = await check(strategy("onTrade() { fetch('/') },\n onTicker() { process.exit() }"))
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(
    /^mine\.js:7:\d+: validation: fetch .+ \(.+\)\nmine\.js:8:15: validation: process .+ \(.+\)\n$/,
  )
})
