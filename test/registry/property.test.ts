/** Whatever is done in whatever order: the registry is where a simple model says, on disk and in memory. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Failure } from '../../src/errors/failure'
import type { Registry } from '../../src/registry/registry'
import { Home, hashOf, openRegistry, source } from './home'
import { type Refusal, RegistryModel } from './model'

const name = fc.constantFrom('a', 'b')
const variant = fc.constantFrom('1', '2', '3')
const tag = fc.constantFrom('t1', 't2', 'prod', 'latest')
const tags = fc.uniqueArray(tag, { maxLength: 3 })

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('upload' as const),
      name,
      variant,
      tag,
      aliases: tags,
      reassignTags: tags,
      promoteLatest: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('moveTag' as const), name, variant, tag }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deleteTag' as const), name, tag, allowOrphan: fc.boolean() }),
  },
  fc.record({ kind: fc.constant('removeRevision' as const), name, variant }),
  fc.record({ kind: fc.constant('removeStrategy' as const), name }),
  fc.record({ kind: fc.constant('rescan' as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

const textOf = (strategy: string, remark: string) => source(strategy, 'v0', remark)
const hash = (strategy: string, remark: string) => hashOf(textOf(strategy, remark))

async function carryOut(registry: Registry, one: Operation): Promise<Refusal> {
  try {
    switch (one.kind) {
      case 'upload': {
        const { kind: _, name: strategy, variant: remark, ...body } = one
        await registry.upload({ source: textOf(strategy, remark), ...body }, 'ann')
        break
      }
      case 'moveTag':
        await registry.moveTag(one.name, one.tag, hash(one.name, one.variant), 'ann')
        break
      case 'deleteTag':
        await registry.deleteTag(one.name, one.tag, one.allowOrphan, 'ann')
        break
      case 'removeRevision':
        await registry.remove(`${one.name}@${hash(one.name, one.variant)}`, 'ann')
        break
      case 'removeStrategy':
        await registry.remove(one.name, 'ann')
        break
      case 'rescan':
        expect((await registry.rescan()).changed).toEqual([])
    }
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.code
    throw error
  }
}

function expectedOf(model: RegistryModel, one: Operation): Refusal {
  switch (one.kind) {
    case 'upload':
      return model.upload(one.name, hash(one.name, one.variant), one)
    case 'moveTag':
      return model.moveTag(one.name, one.tag, hash(one.name, one.variant))
    case 'deleteTag':
      return model.deleteTag(one.name, one.tag, one.allowOrphan)
    case 'removeRevision':
      return model.removeRevision(one.name, hash(one.name, one.variant))
    case 'removeStrategy':
      return model.removeStrategy(one.name)
    case 'rescan':
      return undefined
  }
}

/** In the model's terms. */
function stateOf(registry: Registry): unknown {
  const model = new RegistryModel()
  for (const strategy of registry.names()) {
    const revisions = registry.revisions(strategy)
    expect(revisions.map(({ state }) => state)).toEqual(revisions.map(() => 'sound'))
    model.strategies.set(strategy, {
      tags: new Map(Object.entries(registry.tags(strategy))),
      revisions: new Map(revisions.map((revision) => [revision.hash, revision.tag])),
    })
  }
  return model.state()
}

function expectFilesOf(home: Home, registry: Registry): void {
  const revisions = registry.names().flatMap((strategy) => registry.revisions(strategy))
  const paths = revisions.flatMap(({ path }) => [path, path.replace('.js', '.wasm')])
  expect(home.files().filter((path) => path !== 'registry.json')).toEqual(paths.sort())
}

test('one after the other, with a restart at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 15 }), async (operations) => {
      using home = new Home()
      const model = new RegistryModel()
      {
        await using registry = await openRegistry(home)
        for (const one of operations) {
          expect([one, await carryOut(registry, one)]).toEqual([one, expectedOf(model, one)])
          expect(stateOf(registry)).toEqual(model.state())
        }
        expectFilesOf(home, registry)
      }
      await using registry = await openRegistry(home)
      expect(stateOf(registry)).toEqual(model.state())
      expect(registry.problems()).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('sixteen at once: as if one after the other, in some order that each answer agrees with', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 16, maxLength: 16 }), async (operations) => {
      using home = new Home()
      await using registry = await openRegistry(home)
      const finished: [Operation, Refusal][] = []
      await Promise.all(
        operations.map(async (one) => {
          finished.push([one, await carryOut(registry, one)])
        }),
      )
      const model = new RegistryModel()
      expect(finished).toEqual(finished.map(([one]) => [one, expectedOf(model, one)]))
      expect(stateOf(registry)).toEqual(model.state())
      expectFilesOf(home, registry)
    }),
    { numRuns: 20 },
  )
})
