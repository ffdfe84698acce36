/**
 * Tells the service manager what becomes of this process: one datagram for each message, to the socket that it names in
 * NOTIFY_SOCKET (sd_notify(3)). Bun opens no such sockets, the C library does. A message is never waited for.
 */
import { ptr } from 'bun:ffi'
import { openLibc } from '../libc'

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
const CLOCK_MONOTONIC = 1
/** unix(7): sun_path, after two bytes of family. */
const MOST_PATH_BYTES = 108
const FAMILY_BYTES = 2

const FUNCTIONS = {
  socket: { args: ['int', 'int', 'int'], returns: 'int' },
  sendto: { args: ['int', 'ptr', 'u64', 'int', 'ptr', 'u32'], returns: 'i64' },
  close: { args: ['int'], returns: 'int' },
  clock_gettime: { args: ['int', 'ptr'], returns: 'int' },
} as const

export class NotifySocket {
  private readonly address: Uint8Array
  private readonly libc = openLibc(FUNCTIONS)

  /** @param path of the socket; one that begins with @ is in the abstract namespace. @throws Error when it is neither. */
  constructor(path: string) {
    const name = new TextEncoder().encode(path)
    if (!/^[/@]./.test(path) || name.length >= MOST_PATH_BYTES) throw new Error(`NOTIFY_SOCKET is no socket: ${path}`)
    if (path.startsWith('@')) name[0] = 0
    this.address = new Uint8Array(FAMILY_BYTES + name.length)
    new DataView(this.address.buffer).setUint16(0, AF_UNIX, true)
    this.address.set(name, FAMILY_BYTES)
  }

  /** @returns whether it was taken. */
  send(...assignments: readonly string[]): boolean {
    const { libc, address } = this
    const socket = libc?.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) ?? -1
    if (!libc || socket < 0) return false
    const bytes = new TextEncoder().encode(assignments.join('\n'))
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL
    const sent = libc.sendto(socket, ptr(bytes), bytes.length, flags, ptr(address), address.length)
    libc.close(socket)
    return Number(sent) === bytes.length
  }

  /** Microseconds of the clock that the service manager orders messages by. */
  monotonicUs(): bigint {
    const time = new BigInt64Array(2)
    this.libc?.clock_gettime(CLOCK_MONOTONIC, ptr(time))
    return (time[0] ?? 0n) * 1_000_000n + (time[1] ?? 0n) / 1000n
  }
}
