/**
 * An event stream, read by fetch because it needs the Authorization header. When it breaks off it is taken up where it broke;
 * what hears nothing, not even that the gateway is at work, for a while has broken off.
 */
import { createParser } from 'eventsource-parser'
import { pause } from '../../../flow/stoppable'
import type { FeedItem } from '../../../schema/feed'
import { headers, refusalOf, refusedToken } from '../api/call'
import { session } from '../api/session'
import { Store } from '../store'

export interface Connection {
  readonly state: 'connecting' | 'live' | 'lost'
  /** ms since 1970. */
  readonly since: number
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5000
/** The gateway says each 15 s that it is at work. */
const SILENCE_MS = 20_000
/** What comes in so short a time is taken together: a flood must leave the page time to draw. */
const TOGETHER_MS = 80
/** No more of it waits: timers of hidden pages are late. */
const MOST = 2000

export class Stream {
  readonly connection = new Store<Connection>({ state: 'connecting', since: Date.now() })
  private readonly end = new AbortController()
  private last: string | undefined
  private waiting: FeedItem[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  /** @param take what came together, the oldest first. */
  constructor(
    private readonly path: string,
    private readonly take: (items: FeedItem[]) => void,
  ) {
    void this.follow()
  }

  close(): void {
    clearTimeout(this.timer)
    this.end.abort()
  }

  private give(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const items = this.waiting
    this.waiting = []
    if (!this.end.signal.aborted) this.take(items)
  }

  private async follow(): Promise<void> {
    const { signal } = this.end
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      if (await this.read()) waitMs = FIRST_WAIT_MS
      if (signal.aborted) return
      if (this.connection.value.state !== 'lost') this.connection.value = { state: 'lost', since: Date.now() }
      await pause(waitMs, signal)
    }
  }

  /** @returns whether anything came. */
  private async read(): Promise<boolean> {
    const attempt = new AbortController()
    const give = () => attempt.abort()
    this.end.signal.addEventListener('abort', give)
    let timer = setTimeout(give, SILENCE_MS)
    let came = false
    try {
      const { token } = session.value
      const response = await fetch(this.path, {
        headers: headers(this.last === undefined ? {} : { 'last-event-id': this.last }),
        signal: attempt.signal,
      })
      if (!response.ok || !response.body) {
        refusedToken(await refusalOf(response), token)
        return false
      }
      this.last ??= response.headers.get('last-event-id') ?? undefined
      this.connection.value = { state: 'live', since: Date.now() }
      const parser = createParser({
        onEvent: ({ id, data }) => {
          this.last = id ?? this.last
          this.waiting.push(JSON.parse(data) as FeedItem)
          if (this.waiting.length >= MOST) this.give()
        },
      })
      const decoder = new TextDecoder()
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return came
        came = true
        clearTimeout(timer)
        timer = setTimeout(give, SILENCE_MS)
        parser.feed(decoder.decode(value, { stream: true }))
        if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.give(), TOGETHER_MS)
      }
    } catch (error) {
      // a connection that breaks is no fault of the page; whatever else it is must be seen
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error
      return came
    } finally {
      clearTimeout(timer)
      this.end.signal.removeEventListener('abort', give)
    }
  }
}
