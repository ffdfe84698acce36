/**
 * Sixteen clients over HTTP fight for one tag. Whatever the network makes of their order: there is one order of all calls,
 * each between its start and its end, in which every answer is the one that a plain variable would give.
 */
import { expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { startGateway, strategySource } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(60_000)

const CLIENTS = 16
const REVISIONS = 4
/** What the tag names; none: there is no such tag. */
type Named = number | 'none'

const call = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), to: fc.nat(REVISIONS - 1) }),
  fc.record({ kind: fc.constant('upload' as const), to: fc.nat(REVISIONS - 1) }),
  fc.record({ kind: fc.constant('delete' as const) }),
  fc.record({ kind: fc.constant('read' as const) }),
)
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

interface Done {
  readonly call: Call
  /** Ticks of one counter. */
  readonly began: number
  readonly ended: number
  /** What it says that the tag named: before a move or a deletion, at a reading; undefined where it does not say. */
  readonly saw: Named | undefined
}

const after = ({ call }: Done, named: Named): Named =>
  call.kind === 'read' ? named : call.kind === 'delete' ? 'none' : call.to

/** Wing and Gong's search, which remembers where it has been. */
function isLinearizable(calls: readonly Done[], start: Named): boolean {
  const seen = new Set<string>()
  const search = (left: bigint, named: Named): boolean => {
    if (left === 0n) return true
    const at = `${left} ${named}`
    if (seen.has(at)) return false
    seen.add(at)
    const open = calls.map((one, index) => ({ one, bit: 1n << BigInt(index) })).filter(({ bit }) => left & bit)
    const firstEnd = Math.min(...open.map(({ one }) => one.ended))
    return open.some(
      ({ one, bit }) =>
        one.began < firstEnd && (one.saw === undefined || one.saw === named) && search(left & ~bit, after(one, named)),
    )
  }
  return search((1n << BigInt(calls.length)) - 1n, start)
}

test('the search tells a history that no order explains', () => {
  const write = { call: { kind: 'move', to: 1 }, began: 0, ended: 1, saw: 'none' } as const
  const read = (saw: Named) => ({ call: { kind: 'read' }, began: 2, ended: 3, saw }) as const
  expect([isLinearizable([write, read(1)], 'none'), isLinearizable([write, read('none')], 'none')]).toEqual([
    true,
    false,
  ])
})

test('sixteen clients see one order', async () => {
  await using gateway = await startGateway()
  const sources = Array.from({ length: REVISIONS }, (_, n) => strategySource({ tag: `v${n}` }))
  const hashes: string[] = []
  for (const source of sources) hashes.push((await gateway.upload(source)).hash)
  const indexOf = (hash: string | undefined): Named => (hash ? hashes.indexOf(hash) : 'none')
  const path = '/strategies/modules/grid/tags/prod'

  const carryOut = async (one: Call): Promise<Named | undefined> => {
    switch (one.kind) {
      case 'move': {
        const { status, body } = await gateway.put(path, { hash: hashes[one.to] })
        expect(status).toBe(200)
        return indexOf(body.previousHash)
      }
      case 'upload': {
        const body = { source: sources[one.to], reassignTags: ['prod'], promoteLatest: false }
        expect((await gateway.post('/strategies/modules', body)).status).toBe(201)
        return undefined
      }
      case 'delete': {
        const { status, body } = await gateway.delete(`${path}?allowOrphan=true`)
        expect([200, 404]).toContain(status)
        return status === 404 ? 'none' : indexOf(body.hash)
      }
      case 'read':
        return indexOf((await gateway.get('/strategies/modules/grid')).body.tagAliases.prod)
    }
  }

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(call, { minLength: 1, maxLength: 4 }), { minLength: CLIENTS, maxLength: CLIENTS }),
      async (clients) => {
        const start = indexOf((await gateway.get('/strategies/modules/grid')).body.tagAliases.prod)
        const done: Done[] = []
        let tick = 0
        await Promise.all(
          clients.map(async (calls) => {
            for (const one of calls) {
              const began = tick++
              const saw = await carryOut(one)
              done.push({ call: one, began, ended: tick++, saw })
            }
          }),
        )
        expect(isLinearizable(done, start)).toBe(true)
      },
    ),
    { numRuns: 10 },
  )
})
