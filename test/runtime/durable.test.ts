/** Whatever is answered outlasts a gateway that dies at that moment: its data folder is copied then, and read by another. */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { BTC, everything, type House } from './house'
import { houses } from './houses'
import { counter } from './strategies'

const { openHouse } = houses()

const tape = { name: 'tape', adapter: { identifier: 'tape' } }
const scope = { tape: { symbols: [BTC] } }
const strategy = { identifier: 'counter' }
const log = () => undefined

/** What a gateway would find that was started now. */
function found({ directory }: House) {
  const copy = mkdtempSync(join(directory, 'copy-'))
  cpSync(join(directory, 'data'), copy, { recursive: true })
  using store = Store.open({ directory: copy, log })
  return {
    audit: finish(store.audit.page(everything)).items,
    providers: store.providers.all().map(({ name, wanted }) => [name, wanted]),
    instances: store.instances.all().map(({ id, hash, wanted, state }) => ({ id, hash, wanted, state })),
    limits: store.risk.limits(),
    switches: store.risk.switches().map(({ scope: what, subject }) => [what, subject]),
    usage: store.usage.all().map(({ hash }) => hash),
  }
}

test('whatever was answered is found after a crash, with its entry in the audit', async () => {
  await using house = await openHouse()
  const { runtime, registry } = house
  const v1 = await house.upload(counter('v1'), { aliases: ['prod'] })
  let v2 = ''
  type Found = ReturnType<typeof found>
  const c1 = (state: Found['instances'][number]['state'], wanted: boolean) => ({
    instances: [{ id: 'c1', hash: v1, wanted, state }],
  })
  const steps: [string, () => unknown, string, Partial<Found>][] = [
    ['a provider', () => runtime.providers.create(tape, 'a'), 'provider_created', { providers: [['tape', true]] }],
    ['its stop', () => runtime.providers.stop('tape', 'a'), 'provider_stopped', { providers: [['tape', false]] }],
    ['its start', () => runtime.providers.start('tape', 'a'), 'provider_started', { providers: [['tape', true]] }],
    [
      'another in its place',
      () => runtime.providers.replace('tape', { ...tape, enabled: false }, 'a'),
      'provider_replaced',
      { providers: [['tape', false]] },
    ],
    [
      'an instance',
      () => runtime.instances.create({ id: 'c1', strategy, scope }, 'a'),
      'instance_created',
      c1('created', false),
    ],
    [
      'its start',
      () => runtime.instances.start('c1', 'a'),
      'instance_started',
      { ...c1('running', true), usage: [v1] },
    ],
    ['its stop', () => runtime.instances.stop('c1', 'a'), 'instance_stopped', c1('stopped', false)],
    [
      'another body of it',
      () => runtime.instances.replace('c1', { strategy, scope, autostart: true }, 'a'),
      'instance_started',
      c1('running', true),
    ],
    ['limits', () => runtime.risk.setLimits({ orderBurst: 3 }, 'a'), 'risk_limits_set', { limits: { orderBurst: 3 } }],
    ['a kill', () => runtime.risk.kill({ instance: 'c1' }, 'a'), 'trading_killed', { switches: [['instance', 'c1']] }],
    ['a resume', () => runtime.risk.resume({ instance: 'c1' }, 'a'), 'trading_resumed', { switches: [] }],
    [
      'an upload',
      async () => {
        v2 = await house.upload(counter('v2'))
      },
      'tag_moved',
      {},
    ],
    ['a tag', () => registry.moveTag('counter', 'prod', v2, 'a'), 'tag_moved', {}],
    ['a refresh', () => runtime.rollout.refresh(undefined, 'a'), 'refresh', {}],
    ['a removal', () => runtime.instances.remove('c1', 'a'), 'instance_removed', { instances: [] }],
    ['a removed provider', () => runtime.providers.remove('tape', 'a'), 'provider_removed', { providers: [] }],
    [
      'a removed revision',
      () => registry.remove(`counter@${v1}`, 'a'),
      'revision_deleted',
      { usage: [expect.any(String)] },
    ],
    [
      'a backup',
      () => runtime.context.restore({ providers: [tape], lambdas: [{ id: 'c1', strategy, scope }] }, 'a'),
      'instance_created',
      { providers: [['tape', false]] },
    ],
  ]
  for (const [what, act, entry, wanted] of steps) {
    await act()
    const { audit, ...rest } = found(house)
    expect([what, audit[0]?.what, rest]).toMatchObject([what, entry, wanted])
    expect([what, audit]).toEqual([what, finish(runtime.records.audit(everything)).items])
  }
  expect(found(house).instances).toEqual([{ id: 'c1', hash: v2, wanted: false, state: 'created' }])
})
