import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { conflate } from '../../src/hosts/conflation'

const waiting = fc.array(
  fc.record({
    duty: fc.constantFrom('newest' as const, 'bounded' as const, 'kept' as const),
    slot: fc.constantFrom('a', 'b', 'c'),
  }),
  { maxLength: 60 },
)

test('what is kept stays whole and in order, of the bounded the newest stay, of the newest one for each symbol', () => {
  fc.assert(
    fc.property(waiting, fc.nat(20), (items, bound) => {
      const stay = conflate(items, bound)
      expect(stay).toEqual([...new Set(stay)].sort((a, b) => a - b))
      const indexes = items.map((_, index) => index)
      const of = (duty: string) => indexes.filter((index) => items[index]!.duty === duty)
      const newest = of('newest').filter((i) => !of('newest').some((j) => j > i && items[j]!.slot === items[i]!.slot))
      const bounded = bound === 0 ? [] : of('bounded').slice(-bound)
      expect(stay).toEqual([...of('kept'), ...bounded, ...newest].sort((a, b) => a - b))
    }),
  )
})
