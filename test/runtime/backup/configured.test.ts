/** What a configuration names is checked before anything of it is opened: each part by itself, with its place. */
import { expect, test } from 'bun:test'
import { Failure } from '../../../src/errors/failure'
import { checkConfigured } from '../../../src/runtime/backup/configured'
import type { Path } from '../../../src/runtime/problems'
import { BTC, type House } from '../house'
import { houses } from '../houses'
import { buyer } from '../strategies'

const { openHouse } = houses()

interface Kept {
  readonly providers?: readonly { name: string; adapter: string; config: object; wanted: boolean }[]
  readonly instances?: readonly string[]
}
const provider = (name: string, config: Record<string, unknown> = {}, identifier = 'tape') => ({
  name,
  adapter: { identifier, config },
})
const instance = (id: string, scope: Record<string, string[]>, strategy: object = {}) => ({
  id,
  strategy: { identifier: 'buyer', ...strategy },
  scope: Object.fromEntries(Object.entries(scope).map(([name, symbols]) => [name, { symbols }])),
})
const textOf = (path: Path) =>
  path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')
const kept = (name: string, config: object = {}) => ({ name, adapter: 'tape', config, wanted: true })

/** Each problem with its path; nothing that was made for it stays open. */
async function problemsOf(
  house: House,
  providers: ReturnType<typeof provider>[],
  instances: ReturnType<typeof instance>[],
  { providers: before = [], instances: ids = [] }: Kept = {},
): Promise<string[]> {
  const found = await checkConfigured(
    { providers, instances },
    {
      adapters: [house.tape],
      registry: house.registry,
      kept: { providers: before.map((one) => ({ ...one, config: { ...one.config } })), instances: ids },
      now: Date.now,
    },
  )
  expect(house.tape.open).toBe(0)
  return found.map(({ path, message }) => `${textOf(path)}: ${message}`)
}

test('what is sound has no problem, and stays unopened', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  expect(await problemsOf(house, [provider('a'), provider('b')], [instance('one', { a: [BTC], b: [BTC] })])).toEqual([])
  expect(house.runtime.providers.list()).toEqual([])
})

test('every part of a provider is told of', async () => {
  await using house = await openHouse()
  const wrong = [
    provider('a b', { paper: { feeBps: -1 } }),
    provider('nyse', {}, 'nyse'),
    provider('unsound', { unsound: true }),
  ]
  expect(await problemsOf(house, wrong, [])).toEqual([
    'providers[0].name: "a b" is not a provider name',
    'providers[0].adapter.config.paper.feeBps: must be a decimal number from 0 to below 10000 (100 %)',
    'providers[1].adapter.identifier: no adapter "nyse"; there are tape',
    'providers[2].adapter.config: "unsound" is set',
  ])
})

test('of one that is there already only the settings are looked at', async () => {
  await using house = await openHouse()
  const before = { providers: [kept('unsound'), kept('broken')] }
  expect(await problemsOf(house, [provider('unsound', { unsound: true })], [], before)).toEqual([])
  expect(await problemsOf(house, [provider('broken', { broken: true })], [], before)).toEqual([
    'providers[0].adapter.config: "broken" is set',
  ])
})

test('an instance is checked against the providers of the file and those that are there', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const at = (scope: Record<string, string[]>, before: Kept = {}, providers = [provider('a')]) =>
    problemsOf(house, providers, [instance('one', scope)], before)
  const here = 'lambdaManifest.lambdas[0].scope'
  expect(await at({ x: [BTC] })).toEqual([`${here}.x: no provider "x"; there are a`])
  expect(await at({ x: [BTC] }, { providers: [kept('a'), kept('b')] })).toEqual([
    `${here}.x: no provider "x"; there are a, b`,
  ])
  expect(await at({ x: [BTC] }, {}, [])).toEqual([`${here}.x: no provider "x"; there is none`])
  expect(await at({ a: ['BTC'] })).toEqual([`${here}.a: there is no BTC`])
  expect(await at({ b: [BTC] }, { providers: [kept('b')] })).toEqual([])
  expect(await at({ b: ['BTC'] }, { providers: [kept('b')] })).toEqual([`${here}.b: there is no BTC`])
  // what cannot be made is told of itself, or shown as failed
  expect(await at({ a: ['BTC'] }, {}, [provider('a', { broken: true })])).toHaveLength(1)
  expect(await at({ b: ['BTC'] }, { providers: [kept('b', { broken: true })] })).toEqual([])
})

test("what is wrong with a provider's own settings is told at the scope, not as a field of it", async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const message = 'tape.csv cannot be read'
  const { held } = house.tape
  house.tape.held = () =>
    Promise.reject(new Failure('invalid_provider', message, { problems: [{ path: 'file', message }] }))
  expect(await problemsOf(house, [], [instance('one', { b: [BTC] })], { providers: [kept('b')] })).toEqual([
    `lambdaManifest.lambdas[0].scope.b: ${message}`,
  ])
  house.tape.held = held
})

test('every part of an instance is told of, and nothing of one that is there', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  const wrong = instance('../x', { a: [BTC] }, { config: { times: 'often', speed: 1 } })
  const at = 'lambdaManifest.lambdas[0]'
  expect(await problemsOf(house, [provider('a')], [wrong])).toEqual([
    `${at}.id: "../x" is no instance id`,
    expect.stringMatching(/^lambdaManifest\.lambdas\[0\]\.strategy\.config\.times: /),
    expect.stringMatching(/^lambdaManifest\.lambdas\[0\]\.strategy\.config\.speed: /),
  ])
  const gone = instance('two', { a: [BTC] }, { identifier: 'nobody' })
  expect(await problemsOf(house, [provider('a')], [gone])).toEqual([
    expect.stringMatching(/^lambdaManifest\.lambdas\[0\]\.strategy\.identifier: .*nobody/),
  ])
  expect(await problemsOf(house, [], [gone], { instances: ['two'] })).toEqual([])
})
