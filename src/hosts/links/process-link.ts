/**
 * The link to a host that is a process of this machine, over a pair of sockets. What else the two share is known here and
 * in the host's entry alone: the page that says who is running, its process id, what the system tells of it, signals.
 */
import { closeSync } from 'node:fs'
import { Channel, HOST_END } from '../../protocol/channel'
import { checkFromHost, type ProtocolError } from '../../protocol/check'
import type { FromHost, HostSettings, Request, ToHost } from '../../protocol/messages'
import type { Answers } from '../../protocol/reported'
import { RunningMarker } from '../../protocol/running-marker'
import { deathOf, type HostDied, type KillReason } from '../death'
import type { Connect, HostLink, LinkListener, Notice } from '../link'
import { Conversation, verdictOn } from './conversation'
import { isStarved, isStopped, type ProcessTimes, timesOf } from './silence'
import { relay } from './stderr'

export interface ProcessSettings {
  /** The executable and its arguments. */
  readonly command: readonly string[]
  /** The build of this program: a host of another one is refused. */
  readonly build: string
  /** A host that says nothing for so long is killed. */
  readonly heartbeatMs?: number
  /** How often the machine has killed a process for want of memory, so far. */
  readonly oomKills?: () => number
}

const HEARTBEAT_MS = 2000
const BEATS = 4
/** One that is given no time, or is stopped, is waited for so many times as long. */
const MOST_PATIENCE = 10
/** Its warm-up does not listen. */
const START_MS = 30_000
const PARTING_MS = 1000
/** After some 150 instances each new memory costs a full collection, unless JavaScriptCore may keep more of them. */
const ENVIRONMENT = { BUN_JSC_maxNumWasmFastMemories: '2000' }

/** Starts a process for each host. */
export const processLinks =
  (settings: ProcessSettings): Connect =>
  async (hostSettings, listener, signal) => {
    const link = new ProcessLink(settings, hostSettings, listener)
    await link.comesUp(signal)
    return link
  }

class ProcessLink implements HostLink {
  readonly ended: Promise<HostDied>
  private readonly child: Bun.Subprocess<'ignore', 'ignore', 'pipe'>
  private readonly channel: Channel<FromHost, ToHost>
  private readonly conversation: Conversation
  private readonly marker: RunningMarker
  private readonly hungUp = Promise.withResolvers<void>()
  private readonly heartbeatMs: number
  private readonly oomKills: () => number
  private readonly oomKillsBefore: number
  /** Beats since it was heard of. */
  private silence = 0
  /** Beats for which it has been stopped. */
  private stopped = 0
  private lastHeard: ProcessTimes | undefined
  private killed: KillReason | undefined
  private death: HostDied | undefined

  constructor(
    { command, build, heartbeatMs = HEARTBEAT_MS, oomKills = () => 0 }: ProcessSettings,
    settings: HostSettings,
    listener: LinkListener,
  ) {
    this.heartbeatMs = heartbeatMs
    this.oomKills = oomKills
    this.oomKillsBefore = oomKills()
    const { marker, page } = RunningMarker.create()
    this.marker = marker
    try {
      // in the places of HOST_END and PAGE_END
      this.child = Bun.spawn([...command], { env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe', 'socket-fd', page] })
    } finally {
      closeSync(page)
    }
    this.channel = new Channel(this.child.stdio[HOST_END]!, checkFromHost, {
      heard: (message) => this.heard(message),
      refused: (error) => this.refuse(error),
      closed: () => this.hungUp.resolve(),
    })
    this.conversation = new Conversation({
      build,
      settings,
      send: (message) => this.channel.send(message),
      heard: (notice) => listener.heard(notice),
    })
    this.ended = this.watch()
    void relay(this.child.stderr, (text) => listener.wrote(text))
  }

  get place(): string {
    return `process ${this.child.pid}`
  }

  get engineHash(): string {
    return this.conversation.engineHash
  }

  get dead(): boolean {
    return this.death !== undefined
  }

  get pending(): number {
    return this.conversation.pending
  }

  async comesUp(signal: AbortSignal): Promise<void> {
    const giveUp = () => this.child.kill('SIGKILL')
    signal.addEventListener('abort', giveUp)
    try {
      await this.conversation.ready
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  send(message: Notice): void {
    this.channel.send(message)
  }

  request<R extends Request>(request: R): Promise<Answers[R['kind']]> {
    return this.conversation.request(request)
  }

  /** Lets it go; it ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close()
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), PARTING_MS)
    await this.ended
    clearTimeout(deadline)
  }

  private heard(message: FromHost): void {
    this.silence = 0
    this.conversation.heard(message)
  }

  /** It may be lying about who is at work in it, too: nobody is blamed. */
  private refuse(error: ProtocolError): void {
    this.kill(verdictOn(error), true)
  }

  private kill(reason: string, blameless: boolean): void {
    this.killed ??= { reason, blameless }
    this.child.kill('SIGKILL')
  }

  /** Counts beats, not time: when the gateway itself was held up, its beats were, too. */
  private async watch(): Promise<HostDied> {
    const { child, conversation, heartbeatMs } = this
    const start = setTimeout(
      () => this.kill(`it did not come up within ${START_MS} ms and was killed`, false),
      START_MS,
    )
    const beat = setInterval(() => this.beat(), heartbeatMs / BEATS)
    const isUp = () => clearTimeout(start)
    conversation.ready.then(isUp, isUp)
    await child.exited
    clearInterval(beat)
    const deadline = setTimeout(() => this.hungUp.resolve(), PARTING_MS)
    await this.hungUp.promise
    clearTimeout(deadline)
    const { exitCode: status, signalCode } = child
    const signal = signalCode === null ? null : String(signalCode)
    const memoryRanOut = this.oomKills() > this.oomKillsBefore
    this.death = deathOf({ killed: this.killed, signal, status, memoryRanOut }, this.marker.running)
    conversation.end(this.death)
    return this.death
  }

  private beat(): void {
    if (this.engineHash === '') return
    const most = BEATS * MOST_PATIENCE
    const mostMs = MOST_PATIENCE * this.heartbeatMs
    const now = timesOf(this.child.pid)
    if (isStopped(now)) {
      // its silence begins when it may speak again
      this.silence = 0
      if (++this.stopped > most) this.kill(`it was stopped for ${mostMs} ms and was killed`, true)
      return
    }
    this.stopped = 0
    if (this.silence === 0) this.lastHeard = now
    if (++this.silence <= BEATS) this.channel.send({ kind: 'ping' })
    else if (!isStarved(this.lastHeard, now, this.heartbeatMs))
      this.kill(`it said nothing for ${this.heartbeatMs} ms and was killed`, false)
    else if (this.silence > most) this.kill(`it was given no time to answer for ${mostMs} ms and was killed`, true)
  }
}
