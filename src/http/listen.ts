/** Opens the port. */
import type { Server } from 'bun'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'
import type { App } from './app'
import { fault } from './refusal'

/** A connection on which nothing comes or goes for so long is closed. */
const IDLE_SECONDS = 60

export interface ListenSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** A certificate and its key, in PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  readonly log: Log
}

/** @throws Failure address_in_use, address_unavailable */
export function listen(app: App, { host, port, tls, log }: ListenSettings): Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_SECONDS,
      ...(tls && { tls: { cert: tls.certificate, key: tls.key } }),
      // our own limit answers in JSON and holds nothing back; this one would end the connection
      maxRequestBodySize: 2 ** 40,
      fetch: (request, server) => app.fetch(request, server),
      error: (error) => fault(error, 'a request', log),
    })
  } catch (error) {
    throw asFailure(error, `${host}:${port}`)
  }
}

/** Which is what Bun means by ENOENT. */
const NO_SUCH_HOST = 'there is no host of that name'

function asFailure(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return new Failure('address_in_use', `another program listens on ${address}`)
  if (typeof code !== 'string') return error
  return new Failure(
    'address_unavailable',
    `cannot listen on ${address}: ${code === 'ENOENT' ? NO_SUCH_HOST : reasonOf(error)}`,
  )
}
