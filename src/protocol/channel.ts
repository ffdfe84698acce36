/** The channel between a gateway and a host on the same machine, as either has it: one end of a pair of sockets. Messages arrive whole and in order. */
import type { Socket } from 'bun'
import { type Check, ProtocolError } from './check'
import { Fifo } from './fifo'
import { FrameReader, frameOf } from './frames'
import type { FromHost, ToHost } from './messages'

/** Where a host finds its end. */
export const HOST_END = 3

export interface Ear<In> {
  /** May throw a `ProtocolError`: it ends as bytes do that are no message. @param frame as it came; good during the call. */
  heard(message: In, frame: Uint8Array): void
  /** The other side has said what it must not, and is not heard any more. */
  refused(error: ProtocolError): void
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
  private listening = true

  /** @param fd of a connected socket, to be closed here. */
  constructor(fd: number, check: Check<In>, ear: Ear<In>) {
    const reader = new FrameReader<In>(check, (message, frame) => ear.heard(message, frame))
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
        if (!this.listening) return
        try {
          reader.push(bytes)
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
          this.listening = false
          ear.refused(error)
        }
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
