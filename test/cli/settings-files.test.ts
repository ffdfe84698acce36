/** Files that a gateway reads at its start: what is no regular file is neither waited for nor read without end. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../binary'
import { selfSigned } from '../http/certificates'

// what waited for a FIFO would do so for ever
setDefaultTimeout(60_000)

for (const [what, flag, others] of [
  ['the configuration', '--config', []],
  ['the file of tokens', '--tokens', []],
  ['tls certificate:', '--tls-cert', ['--tls-key', 'key.pem']],
  ['tls key:', '--tls-key', ['--tls-cert', 'certificate.pem']],
] as const) {
  test(`${what} that is no regular file, or is too large, is refused in one sentence`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-settings-'))
    const at = (name: string) => join(folder, name)
    const { certificate, key } = selfSigned()
    writeFileSync(at('certificate.pem'), certificate)
    writeFileSync(at('key.pem'), key)
    Bun.spawnSync(['mkfifo', at('pipe')])
    writeFileSync(at('large'), '')
    truncateSync(at('large'), 2 ** 40)
    for (const [path, reason] of [
      [at('pipe'), 'it is not a regular file'],
      ['/dev/zero', 'it is not a regular file'],
      [at('large'), 'it is over 1 MiB'],
      [folder, 'it is a folder'],
    ] as const) {
      const child = Bun.spawnSync([...PROGRAM, 'serve', flag, path, ...others, '--listen', '127.0.0.1:0'], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '' },
        timeout: 15_000,
      })
      const answer = [path, child.exitCode, child.stderr.toString()]
      expect(answer).toEqual([path, 1, expect.stringContaining(`${what} ${path} cannot be read: ${reason}\n`)])
    }
    rmSync(folder, { recursive: true })
  })
}
