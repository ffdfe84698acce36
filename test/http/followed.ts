/** What a gateway tells by its event streams, gathered while it is told. */

import { Value } from '@sinclair/typebox/value'
import { ApiClient } from '../../src/cli/api/client'
import { followed } from '../../src/cli/api/followed'
import type { FeedItem } from '../../src/schema/feed'
import { FeedItem as FeedSchema } from '../../src/schema/feed'
import { until } from '../until'

export type Heard = FeedItem & { readonly id: number | undefined }

export class Follower implements Disposable {
  readonly heard: Heard[] = []
  readonly interruptions: string[] = []
  /** Why it ended. */
  error: unknown
  private readonly ending = new AbortController()
  readonly over: Promise<void>

  /** @param path with its query. */
  constructor(url: string, path: string, { token, after }: { token?: string; after?: number } = {}) {
    const api = new ApiClient({ MELTICA_API: url, MELTICA_TOKEN: token })
    this.over = this.listen(api, path, after).catch((error: unknown) => {
      this.error = error
    })
  }

  /** Waits until so many are there. */
  async count(least: number): Promise<Heard[]> {
    await until(() => this.heard.length >= least)
    return this.heard
  }

  [Symbol.dispose](): void {
    this.ending.abort()
  }

  private async listen(api: ApiClient, path: string, after: number | undefined): Promise<void> {
    const { signal } = this.ending
    const from = after !== undefined && { after: String(after) }
    const interrupted = (reason: string) => void this.interruptions.push(reason)
    for await (const { event, data, id } of followed(api, path, { signal, interrupted, ...from })) {
      const item: unknown = JSON.parse(data)
      if (!Value.Check(FeedSchema, item)) throw new Error(`not as it is documented: ${data}`)
      if (item.type !== event) throw new Error(`the event ${event} tells of ${item.type}`)
      this.heard.push({ ...item, id: id === undefined ? undefined : Number(id) })
    }
  }
}
