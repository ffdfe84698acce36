/** One sandbox host after the other: as soon as one has died the next is started. */
import type { HostDied } from './death'
import type { Host } from './host'

export interface HostLifecycle {
  /** @param signal ends it while it comes up. */
  spawn(signal: AbortSignal): Promise<Host>
  /** It has come up; what ran in its predecessor is to run in it before anybody else gets at it. */
  starting(host: Host): Promise<void>
  /** It is at work: what has gathered may go to it. */
  started(): void
  ended(died: HostDied): void
  /** It did not come up; the next attempt follows. */
  startFailed(error: unknown): void
}

/** Between a host that did not come up and the next attempt. */
const RETRY_MS = 1000

export class Supervisor implements AsyncDisposable {
  private host: Host | undefined
  private begun = Promise.withResolvers<void>()
  private ready = false
  private readonly closing = new AbortController()
  private running: Promise<void> = Promise.resolve()

  constructor(private readonly lifecycle: HostLifecycle) {}

  /** @throws Error when the first one does not come up. */
  async open(): Promise<void> {
    this.begun.promise.catch(ignoreRejection)
    try {
      const first = await this.lifecycle.spawn(this.closing.signal)
      // nobody else knows of it
      if (this.closed) await first.link[Symbol.asyncDispose]()
      this.running = this.run(first)
    } catch (error) {
      // no HostDied: whoever is waiting is not to ask again
      this.begun.reject(new Error(`no sandbox host has come up: ${String(error)}`))
      throw error
    }
    await this.begun.promise
  }

  /** The one at work; undefined while the next one comes up. */
  get present(): Host | undefined {
    return this.ready && !this.host?.link.dead ? this.host : undefined
  }

  /** The one at work, or coming up, or just dead: for words that may be lost. */
  get latest(): Host | undefined {
    return this.host
  }

  /** The one at work, or the next. @throws Error when there will be none. */
  async next(): Promise<Host> {
    for (;;) {
      await this.begun.promise
      if (this.present) return this.present
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort()
    await this.host?.link[Symbol.asyncDispose]()
    await this.running
  }

  private get closed(): boolean {
    return this.closing.signal.aborted
  }

  private async run(first: Host): Promise<void> {
    for (let host: Host | undefined = first; host && !this.closed; host = await this.respawn()) {
      this.host = host
      await this.lifecycle.starting(host)
      if (!host.link.dead) this.begin()
      const died = await host.link.ended
      if (this.ready) this.pause()
      if (!this.closed) this.lifecycle.ended(died)
    }
    this.begun.reject(new Error('the sandbox hosts are closed'))
  }

  private begin(): void {
    this.ready = true
    this.begun.resolve()
    this.lifecycle.started()
  }

  private pause(): void {
    this.ready = false
    this.begun = Promise.withResolvers()
    this.begun.promise.catch(ignoreRejection)
  }

  private async respawn(): Promise<Host | undefined> {
    while (!this.closed) {
      try {
        const host = await this.lifecycle.spawn(this.closing.signal)
        if (!this.closed) return host
        await host.link[Symbol.asyncDispose]()
      } catch (error) {
        if (this.closed) break
        this.lifecycle.startFailed(error)
        await Bun.sleep(RETRY_MS)
      }
    }
    return undefined
  }
}

const ignoreRejection = (): void => undefined
