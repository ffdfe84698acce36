/**
 * `make soak`: many instances at work on a busy machine and under everything that goes wrong, again and again. It prints
 * what it saw and ends with status 1 when a promise is broken. The data folder is a disk of its own, so that it can be full.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lacks } from '../tools'

/** Room for the journal, the inputs and their checkpoints; in memory, and only as far as it is used. */
const DISK_BYTES = 1 << 30

const folder = mkdtempSync(join(tmpdir(), 'meltica-soak-'))
mkdirSync(join(folder, 'data'))
const work = [process.execPath, join(import.meta.dir, 'soak.ts'), folder, ...process.argv.slice(2)]
const mounted = `mount -t tmpfs -o size=${DISK_BYTES} none data && exec "$@" --disk`
const command = lacks('mount') ? work : ['unshare', '-m', 'sh', '-c', mounted, 'sh', ...work]
try {
  const child = Bun.spawn(command, { cwd: folder, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })
  process.exitCode = await child.exited
} finally {
  rmSync(folder, { recursive: true, force: true })
}
