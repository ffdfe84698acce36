/** The channel between gateway and host, as either of them has it: one end of a pair of sockets. Messages arrive whole and in order. */
import type { Socket } from 'bun'
import { Fifo } from './fifo'
import { FrameReader, frameOf } from './frames'
import type { FromHost, ToHost } from './messages'

/** Where a host finds its end. */
export const HOST_END = 3

export interface Ear<In> {
  heard(message: In): void
  /** The other side is gone. */
  closed(): void
}

export class Channel<In extends ToHost | FromHost, Out extends ToHost | FromHost> {
  private socket: Socket | undefined
  /** What the socket has not taken yet. */
  private readonly waiting = new Fifo<Uint8Array>()
  /** Bytes of the first of them that were written. */
  private written = 0
  private waitingBytes = 0
  private readonly emptied: (() => void)[] = []
  private open = true

  /** @param fd of a connected socket, to be closed here. */
  constructor(fd: number, ear: Ear<In>) {
    const reader = new FrameReader<In>()
    const closed = () => {
      this.open = false
      this.waiting.replace([])
      this.empty()
      ear.closed()
    }
    const socket = {
      open: (socket: Socket) => {
        this.socket = socket
        this.pump()
      },
      data: (_: Socket, bytes: Uint8Array) => {
        for (const message of reader.push(bytes)) ear.heard(message)
      },
      drain: () => this.pump(),
      close: closed,
    }
    Bun.connect({ fd, socket }).catch(closed)
  }

  /** Lost when the other side is gone. */
  send(message: Out): void {
    if (!this.open) return
    const frame = frameOf(message)
    this.waiting.push(frame)
    this.waitingBytes += frame.length
    if (this.waiting.length === 1) this.pump()
  }

  /** Bytes that were sent and the other side has not taken. */
  get backlog(): number {
    return this.waitingBytes
  }

  /** Resolves when there is no backlog. */
  taken(): Promise<void> {
    if (this.waitingBytes === 0) return Promise.resolve()
    return new Promise((resolve) => this.emptied.push(resolve))
  }

  close(): void {
    this.open = false
    this.socket?.end()
  }

  private pump(): void {
    const { socket, waiting } = this
    for (let bytes = waiting.first; socket && bytes; bytes = waiting.first) {
      const written = Math.max(0, socket.write(bytes.subarray(this.written)))
      this.waitingBytes -= written
      this.written += written
      if (this.written < bytes.length) return
      this.written = 0
      waiting.shift()
    }
    if (this.waiting.length === 0) this.empty()
  }

  private empty(): void {
    this.waitingBytes = 0
    for (const resolve of this.emptied.splice(0)) resolve()
  }
}
