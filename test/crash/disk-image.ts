/**
 * A file system that forgets what was not synced: ext4 in a file. What was synced is in that file, what was not is with the
 * kernel alone, so that a copy of the file while everybody who writes stands still is the disk after a loss of power.
 */
import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM } from '../binary'

const BYTES = 96 << 20
/** In a name space of its own: the mount goes with the last process in it. */
const ON_DISK = 'mount -o loop,noatime "$0" "$1" && cd "$1" && mkdir -p strategies data && shift && exec "$@"'

export class DiskImage {
  private constructor(
    private readonly file: string,
    private readonly folder: string,
  ) {}

  /** An empty one. @param folder where its file and its mounts may lie. */
  static make(folder: string): DiskImage {
    const file = join(folder, 'disk-0')
    writeFileSync(file, '')
    truncateSync(file, BYTES)
    run(['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=1', file])
    return new DiskImage(file, folder)
  }

  /** What runs a gateway whose folders are on it. */
  get command(): string[] {
    const mount = `${this.file}-mount`
    mkdirSync(mount, { recursive: true })
    return ['unshare', '-m', 'sh', '-c', ON_DISK, this.file, mount, ...PROGRAM]
  }

  /** The power goes: what runs on it is stopped and ended. @returns what is left of it. */
  lose(pid: number, name: string): DiskImage {
    const pids = tree(pid)
    for (const one of pids) process.kill(one, 'SIGSTOP')
    const left = join(this.folder, name)
    copyFileSync(this.file, left)
    for (const one of pids) process.kill(one, 'SIGKILL')
    return new DiskImage(left, this.folder)
  }
}

/** A process and all that it has started. */
function tree(pid: number): number[] {
  const children = run(['ps', '-o', 'pid=', '--ppid', String(pid)], 1)
    .trim()
    .split(/\s+/)
    .filter(Boolean)
  return [pid, ...children.flatMap((child) => tree(Number(child)))]
}

function run(command: string[], also = 0): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command)
  if (exitCode !== 0 && exitCode !== also) throw new Error(`${command.join(' ')}: ${stderr.toString()}`)
  return stdout.toString()
}
