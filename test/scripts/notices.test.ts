/** Notices of third parties: whatever is in the program is named, with the texts of its licence. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import engine from '../../sandbox/engine.json'
import { formatNotices, lendTexts, type Package, readLicences } from '../../scripts/licences'

const ROOT = join(import.meta.dir, '../..')

const scratch = mkdtempSync(join(tmpdir(), 'meltica-notices-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const newFolder = () => mkdtempSync(join(scratch, 'folder-'))

const bun = (...args: string[]) => Bun.spawnSync([process.execPath, ...args], { cwd: ROOT })

describe('the notices of the program', () => {
  test('name every package that Bun puts into it, and every crate of the engine', async () => {
    const folder = newFolder()
    const [record, notices] = [join(folder, 'contents.json'), join(folder, 'NOTICES')]
    const built = bun('build', '--target=bun', `--metafile=${record}`, `--outdir=${folder}`, 'src/main.ts')
    expect(built.exitCode).toBe(0)
    expect(bun('scripts/notices.ts', record, notices).stderr.toString()).toBe('')
    const text = await Bun.file(notices).text()

    const inputs = Object.keys((await Bun.file(record).json()).inputs)
    const folders = new Set(inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []))
    expect(folders.size).toBeGreaterThan(50)
    for (const each of folders) {
      const { name, version, license } = await Bun.file(join(ROOT, each, 'package.json')).json()
      expect(text).toContain(`\n  ${name} ${version}, ${license}, https://`)
    }
    // the page of reports is in the program as a text
    for (const name of ['lightweight-charts', 'fancy-canvas']) {
      const { version, license } = await Bun.file(join(ROOT, 'node_modules', name, 'package.json')).json()
      expect(text).toContain(`\n  ${name} ${version}, ${license}, https://`)
    }
    expect(text.match(/.* \(came without a text of its licence\)/g)).toEqual([
      '  fancy-canvas 2.1.0, MIT, https://github.com/tradingview/fancy-canvas (came without a text of its licence)',
      '  lz4js 0.2.0, ISC, https://github.com/Benzinga/lz4js (came without a text of its licence)',
    ])
    expect(text).toEndWith(await Bun.file(join(ROOT, 'sandbox/engine.notices.txt')).text())
    expect(text).toContain(`The runtime is Bun ${Bun.version}, `)
    // what the program prints: make notices
    expect(await Bun.file(join(ROOT, 'src/cli/licenses/notices.txt')).text()).toBe(text)
  })

  test('of a package that names no licence are not written', async () => {
    const folder = newFolder()
    const [record, notices] = [join(folder, 'contents.json'), join(folder, 'NOTICES')]
    await Bun.write(join(folder, 'node_modules/mystery/package.json'), '{"name":"mystery","version":"1.0.0"}')
    const inputs = { [`${folder}/node_modules/mystery/index.js`]: {} }
    await Bun.write(record, JSON.stringify({ inputs }))
    const run = bun('scripts/notices.ts', record, notices)
    expect(run.exitCode).not.toBe(0)
    expect(run.stderr.toString()).toContain('node_modules/mystery/package.json names no licence')
    expect(await Bun.file(notices).exists()).toBe(false)
  })
})

test('the engine has notices for what its record says that it was made with', async () => {
  const notices = await Bun.file(join(ROOT, 'sandbox/engine.notices.txt')).text()
  for (const [crate, version] of Object.entries(engine.versions.crates))
    expect(notices).toContain(`\n  ${crate} ${version}, `)
  for (const linked of ['wasi-libc 0.', 'compiler-rt 19.', "Rust's std 1."]) expect(notices).toContain(`\n  ${linked}`)
  // QuickJS has its text within the crate that compiles it.
  expect(notices).toMatch(/-\n(?:.*, )?rquickjs-sys \S+\n-+\n[\s\S]{0,200}Fabrice Bellard/)
  expect(notices).not.toContain('came without')
})

describe('licences of a package', () => {
  test('are found by the usual names, also one folder down, and not in code', async () => {
    const folder = newFolder()
    const licences = ['LICENSE', 'licence.md', 'COPYING', 'UNLICENSE', 'NOTICE.txt', 'LICENSE-MIT', 'x.js.LICENSE.txt']
    const others = ['README.md', 'license.js', 'licensing.md', 'node_modules/other/LICENSE', 'deep/er/LICENSE']
    for (const file of [...licences, ...others, 'within/LICENSE']) {
      await Bun.write(join(folder, file), file)
    }
    const found = [...licences, 'within/LICENSE'].sort()
    expect(await readLicences(folder)).toEqual(found.map((file) => ({ file, text: file })))
  })

  const made = (name: string, rest: Partial<Package> = {}): Package => ({
    name,
    version: '1',
    licence: 'MIT',
    home: `https://example.org/${name}`,
    texts: [],
    ...rest,
  })
  const mine = { file: 'LICENSE', text: 'mine' }

  test('are lent by a package of the same source', () => {
    const [a, b] = lendTexts([made('a', { home: 'h', texts: [mine] }), made('b', { home: 'h' })])
    expect([a?.texts, b?.texts]).toEqual([[mine], [mine]])
  })

  test('of what is within a package do not stand for its own', () => {
    const within = { file: 'within/LICENSE', text: 'theirs' }
    const [, b] = lendTexts([made('a', { home: 'h', texts: [mine] }), made('b', { home: 'h', texts: [within] })])
    expect(b?.texts).toEqual([within, mine])
  })

  test('are lent by one that has a file named after the licence, and by nobody else', () => {
    const named = { file: 'LICENSE-Apache-2.0_WITH_LLVM-exception', text: 'Apache' }
    const packages = [
      made('a', { texts: [mine, named] }),
      made('b', { licence: 'Apache-2.0 WITH LLVM-exception' }),
      made('c', { licence: 'ISC' }),
    ]
    expect(lendTexts(packages).map(({ texts }) => texts)).toEqual([[mine, named], [named], []])
  })

  test('stand in the notices once for all packages that have the same words', () => {
    const spaced = { file: 'LICENSE.txt', text: 'mine\r\n' }
    const packages = [made('b', { texts: [spaced] }), made('a', { texts: [mine] }), made('c')]
    const line = '-'.repeat(80)
    expect(formatNotices('Heading', packages)).toBe(
      `Heading

  a 1, MIT, https://example.org/a
  b 1, MIT, https://example.org/b
  c 1, MIT, https://example.org/c (came without a text of its licence)

${line}
a 1, b 1
${line}

mine
`,
    )
  })
})
