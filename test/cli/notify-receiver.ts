/** The other end of NOTIFY_SOCKET: what a service manager hears, in the order in which it hears it. */
import { dlopen, ptr } from 'bun:ffi'
import { until } from '../until'

const [AF_UNIX, SOCK_DGRAM, MSG_DONTWAIT] = [1, 2, 0x40]
const MOST_BYTES = 4096

const { symbols: libc } = dlopen('libc.so.6', {
  socket: { args: ['int', 'int', 'int'], returns: 'int' },
  bind: { args: ['int', 'ptr', 'u32'], returns: 'int' },
  recv: { args: ['int', 'ptr', 'u64', 'int'], returns: 'i64' },
  close: { args: ['int'], returns: 'int' },
})

export class NotifyReceiver implements Disposable {
  readonly heard: string[] = []
  private readonly socket = libc.socket(AF_UNIX, SOCK_DGRAM, 0)

  /** @param path begins with @ in the abstract namespace. */
  constructor(readonly path: string) {
    const name = Buffer.from(path.replace(/^@/, '\0'))
    const address = Buffer.concat([Buffer.of(AF_UNIX, 0), name])
    if (libc.bind(this.socket, ptr(address), address.length) !== 0) throw new Error(`${path} cannot be bound`)
  }

  /** Waits until a message begins so, after those of an earlier call. @returns it. */
  async next(beginning: string): Promise<string> {
    let found: string | undefined
    await until(() => {
      this.take()
      const index = this.heard.findIndex((message) => message.startsWith(beginning))
      if (index >= 0) found = this.heard.splice(0, index + 1).at(-1)
      return found !== undefined
    })
    return found ?? ''
  }

  [Symbol.dispose](): void {
    libc.close(this.socket)
  }

  take(): void {
    for (;;) {
      const bytes = Buffer.alloc(MOST_BYTES)
      const length = Number(libc.recv(this.socket, ptr(bytes), bytes.length, MSG_DONTWAIT))
      if (length < 0) return
      this.heard.push(bytes.subarray(0, length).toString())
    }
  }
}
