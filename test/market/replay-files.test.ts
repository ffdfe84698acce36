/** What of the replay folder is offered. */
import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayFiles } from '../../src/market/replay-files'
import { ReplayFolder } from '../../src/market/replay-folder'

test('regular files of it and of its folders are, and nothing that leads out or hides', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-replay-'))
  try {
    const path = (...names: string[]) => join(folder, 'replay', ...names)
    mkdirSync(path('2026'), { recursive: true })
    writeFileSync(join(folder, 'secret.csv'), 'no')
    for (const file of ['b.csv', '2026/a.csv', '.hidden.csv']) writeFileSync(path(file), file)
    symlinkSync('../secret.csv', path('out.csv'))
    symlinkSync('b.csv', path('in.csv'))
    symlinkSync('.', path('circle'))
    symlinkSync('nowhere', path('broken.csv'))
    const files = await replayFiles(new ReplayFolder(path()))
    const within = files.filter(({ file }) => !file.startsWith('circle'))
    expect(within.map(({ file, bytes }) => [file, bytes])).toEqual([
      ['2026/a.csv', 10],
      ['b.csv', 5],
      ['in.csv', 5],
    ])
    expect(await replayFiles(new ReplayFolder(path('nowhere')))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
