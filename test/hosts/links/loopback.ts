/**
 * A link to a host within this very process. Both directions go through frames, copied, so that the two share nothing but
 * what they say: what runs over it would run anywhere.
 */
import { BUILD } from '../../../src/cli/build'
import { HostDied } from '../../../src/hosts/death'
import type { Connect, HostLink, LinkListener, Notice } from '../../../src/hosts/link'
import { Conversation, verdictOn } from '../../../src/hosts/links/conversation'
import { checkFromHost, checkToHost, ProtocolError } from '../../../src/protocol/check'
import { FrameReader, frameOf } from '../../../src/protocol/frames'
import type { FromHost, HostSettings, Request, ToHost } from '../../../src/protocol/messages'
import type { Answers } from '../../../src/protocol/reported'
import type { HostEnd } from './scripted-host'

/** Brings a host to life. @returns what takes the gateway's messages. */
export type StartHost = (end: HostEnd) => (message: ToHost, frame: Uint8Array) => void

export const loopbackLinks =
  (start: StartHost): Connect =>
  async (settings, listener, signal) => {
    const link = new LoopbackLink(start, settings, listener)
    const giveUp = () => link.end(new HostDied('it was given up', 'outside', 0))
    signal.addEventListener('abort', giveUp)
    await link.conversation.ready.finally(() => signal.removeEventListener('abort', giveUp))
    return link
  }

class LoopbackLink implements HostLink {
  readonly place = 'this process'
  readonly conversation: Conversation
  readonly ended: Promise<HostDied>
  dead = false
  private running = 0
  private readonly toHost: Pipe
  private readonly fromHost: Pipe
  private readonly ending = Promise.withResolvers<HostDied>()

  constructor(start: StartHost, settings: HostSettings, listener: LinkListener) {
    this.ended = this.ending.promise
    const atGateway = new FrameReader<FromHost>(checkFromHost, (message) => this.conversation.heard(message))
    const atHost = new FrameReader<ToHost>(checkToHost, (message, frame) => take(message, frame))
    this.toHost = new Pipe(
      (bytes) => atHost.push(bytes),
      () => this.die(),
    )
    this.fromHost = new Pipe(
      (bytes) => atGateway.push(bytes),
      (error) => this.end(new HostDied(verdictOn(error), 'outside', this.running)),
    )
    const { fromHost } = this
    const take = start({
      gateway: {
        send: (message) => fromHost.send(frameOf(message)),
        get backlog() {
          return fromHost.backlog
        },
        taken: () => fromHost.taken(),
      },
      running: (number) => {
        this.running = number
      },
      die: () => this.die(),
    })
    this.conversation = new Conversation({
      build: BUILD,
      settings,
      send: (message) => this.toHost.send(frameOf(message)),
      heard: (news) => listener.heard(news),
    })
  }

  get engineHash(): string {
    return this.conversation.engineHash
  }

  get pending(): number {
    return this.conversation.pending
  }

  send(message: Notice): void {
    this.toHost.send(frameOf(message))
  }

  request<R extends Request>(request: R): Promise<Answers[R['kind']]> {
    return this.conversation.request(request)
  }

  end(death: HostDied): void {
    if (this.dead) return
    this.dead = true
    this.toHost.close()
    this.fromHost.close()
    this.conversation.end(death)
    this.ending.resolve(death)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end(new HostDied('it was let go', 'outside', this.running))
  }

  /** The host has ended by itself: what it has said is heard first. */
  private die(): void {
    this.toHost.close()
    void this.fromHost.taken().then(() => this.end(new HostDied('it has ended', 'work', this.running)))
  }
}

/** Bytes in one direction, which arrive later, a frame at a time. */
class Pipe {
  backlog = 0
  private readonly frames: Uint8Array[] = []
  private readonly waiting: (() => void)[] = []
  private isOpen = true

  constructor(
    private readonly deliver: (bytes: Uint8Array) => void,
    private readonly refused: (error: ProtocolError) => void,
  ) {}

  send(frame: Uint8Array): void {
    if (!this.isOpen) return
    this.frames.push(frame.slice())
    this.backlog += frame.length
    if (this.frames.length === 1) setImmediate(() => this.pump())
  }

  taken(): Promise<void> {
    if (this.backlog === 0) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  close(): void {
    this.isOpen = false
    this.frames.length = 0
    this.empty()
  }

  private pump(): void {
    const [frame] = this.frames
    if (!frame || !this.isOpen) return
    try {
      this.deliver(frame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.refused(error)
      return
    }
    if (!this.isOpen) return
    this.frames.shift()
    this.backlog -= frame.length
    if (this.frames.length > 0) setImmediate(() => this.pump())
    else this.empty()
  }

  private empty(): void {
    this.backlog = 0
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
