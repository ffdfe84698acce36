/** The HTTP side over a real registry and runtime, within the process of the test: by a clock and with tokens of its own. */
import { Access } from '../../src/http/access'
import { createApp } from '../../src/http/app'
import { GatewayServices } from '../../src/http/services'
import { Tokens } from '../../src/http/tokens'
import type { ReadinessProblem } from '../../src/schema/health'
import type { TokenEntry } from '../../src/schema/tokens'
import { houses } from '../runtime/houses'

export interface AppOptions {
  readonly tokens?: readonly TokenEntry[]
  readonly others?: () => readonly ReadinessProblem[]
  /** Added to the clock whenever it is looked at. */
  readonly tickMs?: number
}

/** To be called at the top of the file. */
export function apps() {
  const { openHouse } = houses()
  return { openApp: (options?: AppOptions) => openAppOver(openHouse, options) }
}

async function openAppOver(
  openHouse: ReturnType<typeof houses>['openHouse'],
  { tokens, others = () => [], tickMs = 0 }: AppOptions = {},
) {
  const house = await openHouse()
  const clock = { nowMs: 1000 }
  const elapsed = () => {
    clock.nowMs += tickMs
    return clock.nowMs
  }
  const known = tokens && new Tokens({ readIfChanged: () => tokens }, elapsed, () => undefined)
  const access = new Access(known, { perSecond: 0.001, burst: 1000 }, elapsed)
  const logged: [level: string, message: string, fields: Record<string, unknown>][] = []
  const log = (level: string, message: string, fields = {}) => void logged.push([level, message, fields])
  const parts = new GatewayServices(house.metrics)
  const opened = {
    registry: house.registry,
    runtime: house.runtime,
    others,
    alerts: () => ({ alerts: [], receivers: [] }),
  }
  const app = createApp(parts, { access, log, cors: [], bodyTimeoutMs: 60_000, elapsed })
  parts.open(opened)
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const sent = body && { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const init = { method, headers: { ...sent, ...headers }, ...(body && { body: JSON.stringify(body) }) }
    const response = await app.fetch(new Request(`http://localhost${path}`, init), null)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
  }
  return {
    ...house,
    parts,
    opened,
    app,
    clock,
    logged,
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}
