/** Words: the same numbers mean the same texts on both sides, or it is said. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { WordTable } from '../../src/sandbox/words'

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 30 })

test('a table that learns what another has added means the same by each number', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(30)), (texts, cuts) => {
      const [table, copy] = [new WordTable(), new WordTable()]
      const numbers = texts.map((text, at) => {
        const number = table.number(text)
        if (cuts.includes(at)) copy.learn(table.from(copy.count))
        return number
      })
      copy.learn(table.from(copy.count))
      expect(numbers.map((number) => copy.text(number))).toEqual(texts)
      expect(copy.count).toBe(new Set(texts).size)
      expect(Buffer.from(copy.from(0))).toEqual(Buffer.from(table.from(0)))
    }),
  )
})

test('words that follow on others than the table has are refused, and so is a number that was never given', () => {
  const [table, copy] = [new WordTable(), new WordTable()]
  for (const text of ['a', 'b', 'c']) table.number(text)
  expect(() => copy.learn(table.from(1))).toThrow('word 1 follows a table of 0')
  copy.learn(table.from(0))
  expect(() => copy.learn(table.from(2))).toThrow('word 2 follows a table of 3')
  expect(() => copy.text(3)).toThrow('a record names word 3 of a table of 3')
})

test('a table is full when records can name no more', () => {
  const table = new WordTable()
  for (let n = 0; n < 65_536; n++) table.number(`${n}`)
  expect(() => table.number('one more')).toThrow('more providers, symbols and states than a record can number')
  expect(table.number('65535')).toBe(65_535)
})
