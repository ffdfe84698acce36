/** All that is wrong, told at once and with its place. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { Problems } from '../../src/runtime/problems'

/** How the problems are refused: their sentence and their details. */
function refusalOf(problems: Problems) {
  try {
    problems.refuseIfAny('invalid_backup')
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, message: error.message, details: error.details }
    throw error
  }
  return undefined
}

test('without a problem nothing is refused; with some all are, each with the way to its part', () => {
  const problems = new Problems()
  expect(refusalOf(problems)).toBeUndefined()
  problems.note(['risk'], 'is wrong')
  problems.note(['lambdas', 0, 'scope', 'sim', 1], 'is unknown')
  expect(refusalOf(problems)).toEqual({
    code: 'invalid_backup',
    message: 'risk: is wrong; lambdas[0].scope.sim[1]: is unknown',
    details: {
      problems: [
        { path: 'risk', message: 'is wrong' },
        { path: 'lambdas[0].scope.sim[1]', message: 'is unknown' },
      ],
    },
  })
})

test.each([
  [19, 19, ''],
  [20, 20, ''],
  [21, 20, '; and 1 more'],
  [23, 20, '; and 3 more'],
])('of %d problems %d are named in the sentence, and all are in the details', (count, named, more) => {
  const problems = new Problems()
  for (let n = 0; n < count; n++) problems.note(['lambdas', n], 'is wrong')
  const refused = refusalOf(problems)
  const sentence = Array.from({ length: named }, (_, n) => `lambdas[${n}]: is wrong`).join('; ')
  expect(refused?.message).toBe(sentence + more)
  expect(refused?.details.problems).toHaveLength(count)
})

test('what is there twice is told at each repetition', () => {
  const problems = new Problems()
  problems.noteRepeats('providers', ['a', 'b', 'a', 'c', 'a'])
  expect(problems.found).toEqual([
    { path: ['providers', 2], message: '"a" is there twice' },
    { path: ['providers', 4], message: '"a" is there twice' },
  ])
})

describe('of a refused part', () => {
  const refused = (details?: Record<string, unknown>) => () => {
    throw new Failure('invalid_config', 'it is refused', details)
  }

  test('what it answers comes back, when it is not refused', async () => {
    const problems = new Problems()
    expect([await problems.attempt(['a'], () => 5), await problems.attempt(['a'], async () => 6)]).toEqual([5, 6])
    expect(problems.found).toEqual([])
  })

  test.each([
    ['none of its own', undefined, [{ path: ['a', 0], message: 'it is refused' }]],
    ['an empty list of them', { problems: [] }, [{ path: ['a', 0], message: 'it is refused' }]],
    ['no list of them', { problems: 'many' }, [{ path: ['a', 0], message: 'it is refused' }]],
    ['one without a message', { problems: [{ path: 'x' }] }, [{ path: ['a', 0], message: 'it is refused' }]],
    ['one without a path', { problems: [{ message: 'no' }] }, [{ path: ['a', 0], message: 'it is refused' }]],
    [
      'some that are none among them',
      { problems: [{ path: 'x', message: 'no' }, { path: 'y' }] },
      [{ path: ['a', 0], message: 'it is refused' }],
    ],
    [
      'some of its own',
      {
        problems: [
          { path: 'x.y', message: 'no' },
          { path: 'z', message: 'neither' },
        ],
      },
      [
        { path: ['a', 0, 'config', 'x', 'y'], message: 'no' },
        { path: ['a', 0, 'config', 'z'], message: 'neither' },
      ],
    ],
  ])('with %s, its problems are noted', async (_, details, found) => {
    const problems = new Problems()
    expect(await problems.attempt(['a', 0], refused(details), ['a', 0, 'config'])).toBeUndefined()
    expect(problems.found).toEqual(found)
  })

  test('its problems begin from where it is, unless it is said otherwise', async () => {
    const problems = new Problems()
    await problems.attempt(['a', 0], refused({ problems: [{ path: 'x', message: 'no' }] }))
    expect(problems.found).toEqual([{ path: ['a', 0, 'x'], message: 'no' }])
  })

  test('a fault of ours is none of its problems', async () => {
    const problems = new Problems()
    const broken = () => Promise.reject(new TypeError('ours'))
    expect(await problems.attempt(['a'], broken).catch(String)).toBe('TypeError: ours')
    expect(problems.found).toEqual([])
  })
})
