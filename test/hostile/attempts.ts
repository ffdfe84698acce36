/** What whoever has broken out of WebAssembly would try first in a sandbox host, by calls of the C library and of Bun. */
import { CString, cc, dlopen, ptr, read } from 'bun:ffi'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressOf } from '../../src/cli/libc'
import { Packing } from '../../src/sandbox-host/inputs/packing'
import threads from './threads.c' with { type: 'text' }

/** Where it is tried. */
export interface Scene {
  /** The folder that is left to the host. */
  readonly own: string
  /** One beside it, of the same user, with a file `kept`. */
  readonly other: string
  /** A port of the loopback where somebody listens. */
  readonly port: number
  /** A socket in the file system where somebody listens. */
  readonly socket: string
}

/** Resolves with `done`, or with the name of the error. */
export type Attempt = (scene: Scene) => string | Promise<string>

const N = 'i64'
const { symbols: libc } = dlopen('libc.so.6', {
  syscall: { args: [N, N, N, N, N, N], returns: N },
  __errno_location: { args: [], returns: 'ptr' },
  strerrorname_np: { args: ['i32'], returns: 'ptr' },
  getppid: { args: [], returns: 'i32' },
  pthread_create: { args: ['ptr', 'ptr', 'u64', 'ptr'], returns: 'i32' },
  pthread_join: { args: ['u64', 'ptr'], returns: 'i32' },
})

const text = (value: string) => Buffer.from(`${value}\0`)
const isArm = process.arch === 'arm64'
const parent = () => libc.getppid()

/** @param number of the call on x86-64, and on arm64 where it is another one. */
function call(number: number | readonly [x64: number, arm64: number], ...values: (number | Uint8Array)[]): string {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = values.map((one) =>
    typeof one === 'number' ? one : Number(ptr(one)),
  )
  const which = typeof number === 'number' ? number : number[isArm ? 1 : 0]
  const answer = libc.syscall(which, first, second, third, fourth, fifth)
  return Number(answer) === -1 ? errorName() : 'done'
}

const errorName = (): string => new CString(libc.strerrorname_np(read.i32(libc.__errno_location()!))!).toString()

/** By what Bun does, in its own threads as well. */
async function tried(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

const AT_FDCWD = -100
const SIGCHLD = 17
const F_SETOWN = 8
const F_SETSIG = 10
const OPENAT = [257, 56] as const
const open = (path: string, flags = 0) => call(OPENAT, AT_FDCWD, text(path), flags, 0o600)
const WRITE = 1
const CREATE = 0o101

/** Each with what comes of it behind the wall; without it all of them are done. */
export const FORBIDDEN: Readonly<Record<string, readonly [attempt: Attempt, error: string]>> = {
  'read /etc/passwd': [() => open('/etc/passwd'), 'EACCES'],
  'read /etc/passwd in another thread': [() => tried(() => Bun.file('/etc/passwd').text()), 'EACCES'],
  'read /etc/passwd in any thread': [({ own }) => inEveryThread(own), 'EACCES'],
  'list /': [() => tried(() => readdirSync('/')), 'EACCES'],
  'read the memory of its gateway': [() => open(`/proc/${parent()}/mem`), 'EACCES'],
  'read what its gateway was started with': [() => open(`/proc/${parent()}/environ`), 'EACCES'],
  'write its own memory by a file': [() => open('/proc/self/mem', WRITE), 'EACCES'],
  'write beside its folder': [({ other }) => open(join(other, 'new'), CREATE), 'EACCES'],
  'change a file beside its folder': [({ other }) => open(join(other, 'kept'), WRITE), 'EACCES'],
  'remove a file beside its folder': [({ other }) => tried(() => rmSync(join(other, 'spare'))), 'EACCES'],
  'move a file out of its folder': [
    ({ own, other }) => {
      writeFileSync(join(own, 'moved'), 'x')
      return tried(() => renameSync(join(own, 'moved'), join(other, 'moved')))
    },
    'EACCES',
  ],
  'make a symbolic link': [
    ({ own }) => call([266, 36], text('/etc/passwd'), AT_FDCWD, text(join(own, 'link'))),
    'EPERM',
  ],
  'link a file from beside its folder': [
    ({ own, other }) => tried(() => linkSync(join(other, 'kept'), join(own, 'hard'))),
    'EXDEV',
  ],
  'make a pipe in its folder': [({ own }) => call([259, 33], AT_FDCWD, text(join(own, 'pipe')), 0o10600), 'EPERM'],
  'change the mode of a file': [({ other }) => call([268, 53], AT_FDCWD, text(join(other, 'kept')), 0o644), 'EPERM'],

  'make a socket': [() => call([41, 198], 2, 1, 0), 'EPERM'],
  'make a datagram socket': [() => call([41, 198], 2, 2, 0), 'EPERM'],
  'make a netlink socket': [() => call([41, 198], 16, 3, 0), 'EPERM'],
  'make a pair of sockets': [() => call([53, 199], 1, 1, 0, new Uint8Array(8)), 'EPERM'],
  'connect to a port': [
    ({ port }) => tried(() => Bun.connect({ hostname: '127.0.0.1', port, socket: { data: () => undefined } })),
    'ECONNREFUSED',
  ],
  'connect to a socket of the file system': [
    ({ socket }) => tried(() => Bun.connect({ unix: socket, socket: { data: () => undefined } })),
    'ECONNREFUSED',
  ],
  listen: [
    () => tried(() => Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } }).stop()),
    'Error: Failed to listen at 127.0.0.1',
  ],

  'start a program': [() => tried(() => Bun.spawnSync(['/bin/true'])), 'EPERM'],
  fork: [fork, 'EPERM'],
  'make a file in memory': [() => call([319, 279], text('x'), 0), 'EPERM'],
  'signal its gateway': [() => call([62, 129], parent(), 0), 'EPERM'],
  'signal a thread of its gateway': [() => call([234, 131], parent(), parent(), 0), 'EPERM'],
  'signal everybody of its group': [() => call([62, 129], 0, 0), 'EPERM'],
  'hold its gateway by a descriptor': [() => call(434, parent(), 0), 'EPERM'],
  'have its gateway signalled when a descriptor is ready': [() => call([72, 25], 2, F_SETOWN, parent()), 'EPERM'],
  'choose the signal of a descriptor': [() => call([72, 25], 2, F_SETSIG, 9), 'EPERM'],
  'read the limits of its gateway': [() => call([302, 261], parent(), 7, 0, new Uint8Array(16)), 'EPERM'],
  'change a limit of its own': [
    () => call([302, 261], 0, 7, new Uint8Array(BigUint64Array.of(4096n, 4096n).buffer)),
    'EPERM',
  ],
  'change the priority of its gateway': [() => call([141, 140], 0, parent(), 0), 'EPERM'],
  'watch files': [() => call([294, 26], 0), 'EPERM'],
  'change folder': [() => call([80, 49], text('/')), 'EPERM'],
  'ask for another personality': [() => call([135, 92], 0xffffffff), 'EPERM'],
}

/** What not everybody may do without the wall either. */
export const PRIVILEGED: Readonly<Record<string, Attempt>> = {
  'trace its gateway': () => call([101, 117], 16, parent(), 0, 0),
  'read the memory of its gateway by a call': () => call([310, 270], parent(), 0, 0, 0, 0),
  'write the memory of its gateway by a call': () => call([311, 271], parent(), 0, 0, 0, 0),
  'take a descriptor of its gateway': () => call(438, 2, 0, 0),
  'execute a program': () => call([59, 221], text('/bin/true'), 0, 0),
  'execute a descriptor': () => call([322, 281], 2, text(''), 0, 0, 0x1000),
  mount: () => call([165, 40], text('none'), text('/mnt'), text('tmpfs'), 0, 0),
  'make a namespace': () => call([272, 97], 0x10000000),
  'change root': () => call([161, 51], text('/')),
  'be another user': () => call([105, 146], 1),
  'load a program into the kernel': () => call([321, 280], 0, 0, 0),
  'watch the performance of others': () => call([298, 241], 0, parent(), -1, -1, 0),
  'use rings': () => call(425, 1, 0),
  'use keys': () => call([250, 219], 0, -3, 0),
  'handle faults of pages': () => call([323, 282], 0),
  'open by a handle': () => call([304, 265], AT_FDCWD, 0, 0),
  'inject into a terminal': () => call([16, 29], 0, 0x5412, text('x')),
  'add a filter': () => call([317, 277], 1, 0, 0),
  'be dumped to others': () => call([157, 167], 4, 1),
}

/** What a host goes on to need. */
export const NEEDED: Readonly<Record<string, Attempt>> = {
  'put a file of its folder aside': ({ own }) =>
    tried(() => {
      mkdirSync(join(own, 'aside'))
      writeFileSync(join(own, 'a'), 'x')
      linkSync(join(own, 'a'), join(own, 'aside', 'a'))
      rmSync(join(own, 'aside'), { recursive: true })
    }),
  'write, rename, list, read and remove a file of its folder': ({ own }) =>
    tried(() => {
      writeFileSync(join(own, 'a'), 'x'.repeat(3 << 20))
      renameSync(join(own, 'a'), join(own, 'b'))
      if (!readdirSync(own).includes('b') || readFileSync(join(own, 'b')).length !== 3 << 20)
        throw new Error('it is not there')
      rmSync(join(own, 'b'))
      if (existsSync(join(own, 'b'))) throw new Error('it is still there')
    }),
  'pack a segment of its log': async ({ own }) => {
    const folder = join(own, 'log')
    mkdirSync(folder)
    writeFileSync(join(folder, '0000000000.log'), 'entries '.repeat(1 << 16))
    const packing = new Packing({ folder, past: folder, mark: '', owns: () => undefined })
    packing.before(1)
    await packing.done
    const files = readdirSync(folder)
    rmSync(folder, { recursive: true })
    return files.join() === '0000000000.log.zst' ? 'done' : `there is ${files.join()}`
  },
  'compile WebAssembly, and run it until it is optimised': () =>
    tried(() => {
      const add = `AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=`
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(add, 'base64')))
      const sum = exports.add as (a: number, b: number) => number
      let total = 0
      for (let i = 0; i < 1e6; i++) total = sum(total, 1)
      if (total !== 1e6) throw new Error(`it says ${total}`)
    }),
  'start a thread': () => {
    const thread = new BigUint64Array(1)
    // any function will do
    const started = libc.pthread_create(ptr(thread), null, addressOf('getpid'), null)
    return started === 0 && libc.pthread_join(thread[0]!, null) === 0 ? 'done' : `it answers ${started}`
  },
  'collect garbage': () => tried(() => Bun.gc(true)),
  'look up its own memory': () => open('/proc/self/statm'),
  'signal itself': () => call([62, 129], process.pid, 0),
}

/** @returns `done` when one of them can. */
function inEveryThread(folder: string): string {
  const source = join(folder, 'threads.c')
  writeFileSync(source, threads)
  const { symbols } = cc({
    source,
    flags: ['-nostdlib'],
    symbols: { every_thread: { args: ['ptr', 'i32', 'ptr'], returns: 'void' } },
  })
  const system = BigUint64Array.from(['open', 'tgkill', 'signal', 'usleep'], addressOf)
  const result = new Int32Array(2)
  symbols.every_thread(ptr(system), process.pid, ptr(result))
  const [opened = 0, tried = 0] = result
  // the engine has helpers, always
  if (tried < 3) return `only ${tried} have tried`
  return opened > 0 ? 'done' : 'EACCES'
}

/** A process that does nothing but end. */
function fork(): string {
  const pid = Number(libc.syscall(isArm ? 220 : 56, SIGCHLD, 0, 0, 0, 0))
  if (pid === 0) libc.syscall(isArm ? 94 : 231, 0, 0, 0, 0, 0)
  return pid === -1 ? errorName() : 'done'
}
