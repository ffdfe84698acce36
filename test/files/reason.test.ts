/** Why the system refused something, in words. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { errnoOf, reasonOf } from '../../src/files/reason'

const coded = (code: unknown, message = 'said by the system') => Object.assign(new Error(message), { code })

test('errors of the system are told by their codes from all others', () => {
  expect([coded('ENOENT'), coded('EWEIRD'), coded('ConnectionRefused'), coded('EAI_AGAIN')].map(errnoOf)).toEqual([
    'ENOENT',
    'EWEIRD',
    'ConnectionRefused',
    'EAI_AGAIN',
  ])
  const others = [coded('usage'), coded('Other'), coded('XENOENT'), coded('ENOENT2'), coded('E'), coded('EX'), coded(5)]
  expect(
    [...others, coded('toString'), new Error('plain'), { code: 'ENOENT' }, 'ENOENT', undefined].map(errnoOf),
  ).toEqual(Array(others.length + 5).fill(undefined))
})

test('a known code is told in words of its own, one that is not by what the system says without its codes and paths', () => {
  const reasons = [
    coded('ENOENT', "ENOENT: no such file or directory, open '/x'"),
    coded('EADDRINUSE', 'Failed to start server'),
    coded('EWEIRD', "EWEIRD: odd thing, open '/x, y'"),
    coded('EWEIRD', 'EWEIRD: odd, but thing, fsync'),
    coded('EWEIRD', "EWEIRD: odd thing, rename '/x' -> '/y\n'"),
    coded('EWEIRD', 'odd thing'),
  ].map(reasonOf)
  expect(reasons).toEqual([
    'there is no such file or folder',
    'another program listens there',
    'odd thing',
    'odd, but thing',
    'odd thing',
    'odd thing',
  ])
  try {
    readFileSync('/none')
  } catch (error) {
    expect(reasonOf(error)).toBe('there is no such file or folder')
  }
})

test('any other error is told by its own words, or by those of its cause where it has none', () => {
  const cause = new Error('unexpected end of file')
  expect([
    reasonOf(new Error('plain', { cause })),
    reasonOf(new Error('', { cause })),
    reasonOf(new Error('', { cause: coded('EIO') })),
    reasonOf(new Error('')),
    reasonOf('text'),
    reasonOf(undefined),
  ]).toEqual(['plain', 'unexpected end of file', 'the disk fails', '', 'text', 'undefined'])
})
