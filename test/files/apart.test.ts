/** No command writes over what it reads, nor two files into one. */
import { expect, test } from 'bun:test'
import { linkSync, mkdirSync, symlinkSync } from 'node:fs'
import { refuseOverlap } from '../../src/files/apart'
import { Place, refusal } from './place'

test('a file that is read is not written, by whatever name', () => {
  using at = new Place()
  const path = at.write('ticks.csv', 'rows')
  mkdirSync(at.path('sub'))
  symlinkSync('ticks.csv', at.path('link'))
  symlinkSync('.', at.path('here'))
  linkSync(path, at.path('hard'))
  const read = [{ is: 'the data', path }]
  const writing = (to: string) => refusal(() => refuseOverlap(read, [{ by: '--json', path: to }]))
  expect(writing(path)).toBe(`--json would write over ${path}, which is the data`)
  for (const name of ['sub/../ticks.csv', 'link', 'here/ticks.csv', 'hard']) {
    expect(writing(`${at.folder}/${name}`)).toBe(
      `--json would write over ${at.folder}/${name}, which is the data ${path}`,
    )
  }
  refuseOverlap(read, [{ by: '--json', path: at.path('other.csv') }])
})

test('two names of one place are one place, whether something is there or not', () => {
  using at = new Place()
  symlinkSync('.', at.path('here'))
  const both = (a: string, b: string) =>
    refusal(() => {
      const [one, other] = [a, b].map((path) => (path === '-' ? path : `${at.folder}/${path}`))
      refuseOverlap(
        [],
        [
          { by: '--json', path: one! },
          { by: '--csv', path: other! },
        ],
      )
    })
  for (const [a, b] of [
    ['new', 'new'],
    ['new', 'here/new'],
    ['none/new', 'none/../none/new'],
    ['-', '-'],
  ] as const) {
    expect(both(a, b)).toStartWith('--json and --csv both name ')
  }
})

test('a device, a pipe and a standard stream may be read and written', () => {
  using at = new Place()
  for (const path of ['/dev/null', at.fifo('pipe'), '-'])
    refuseOverlap([{ is: 'the data', path }], [{ by: '--json', path }])
})
