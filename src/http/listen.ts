/** Opens the port. */
import type { Server } from 'bun'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'
import type { App } from './app'
import { fault } from './refusal'

/** A connection on which nothing comes or goes for so long is closed. */
const IDLE_SECONDS = 60
const AGAIN_MS = 200

/** TLS 1.2, the least there is; RFC 9325 §3.1.1. */
const TLS_1_2 = 0x0303
/** The cipher suites of TLS 1.2 with forward secrecy and authenticated encryption (RFC 9325 §4.2); TLS 1.3 has no others. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/** A certificate and its key, in PEM. */
export interface ServedTls {
  readonly certificate: string
  readonly key: string
}

export interface ListenSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly tls?: ServedTls
  readonly log: Log
}

/** An open port. */
export class Listener {
  /** The one that was asked for, or that was free. */
  readonly port: number
  private server: Server<undefined>
  /** Those before a change of the certificate: each ends with its last call. */
  private readonly before: Server<undefined>[] = []
  private isOpen = true

  /** @throws Failure address_in_use, address_unavailable */
  constructor(
    private readonly app: App,
    private readonly settings: ListenSettings,
  ) {
    const { host, port, tls } = settings
    try {
      this.server = this.serve(port, tls)
    } catch (error) {
      throw asFailure(error, `${host}:${port}`)
    }
    this.port = this.server.port ?? port
  }

  get pendingRequests(): number {
    return [this.server, ...this.before].reduce((sum, { pendingRequests }) => sum + pendingRequests, 0)
  }

  /** Connections from now on get this certificate; calls under way go on. */
  renew(tls: ServedTls): void {
    if (!this.isOpen) return
    this.before.splice(0, this.before.length, ...this.before.filter(isBusy), this.server)
    // the port cannot be shared meanwhile: another gateway could take it as well
    void this.server.stop()
    this.open(tls)
  }

  /** A port that was ours a moment ago is free, or will be. */
  private open(tls: ServedTls): void {
    try {
      this.server = this.serve(this.port, tls)
    } catch (error) {
      this.settings.log('error', 'the port cannot be opened again and is tried again', { error })
      setTimeout(() => this.isOpen && this.open(tls), AGAIN_MS)
    }
  }

  /** @param now whether calls under way are cut off. */
  async stop(now = false): Promise<void> {
    this.isOpen = false
    await Promise.all([this.server, ...this.before].map((server) => server.stop(now)))
  }

  private serve(port: number, tls: ServedTls | undefined): Server<undefined> {
    const { app, settings } = this
    const { host, log } = settings
    return Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_SECONDS,
      ...(tls && { tls: tlsOptions(tls) }),
      // our own limit answers in JSON and holds nothing back; this one would end the connection
      maxRequestBodySize: 2 ** 40,
      fetch: (request, server) => app.fetch(request, server),
      error: (error) => fault(error, 'a request', log),
    })
  }
}

const isBusy = ({ pendingRequests }: Server<undefined>): boolean => pendingRequests > 0

/** Bun's types know neither of the last two. */
function tlsOptions({ certificate, key }: ServedTls): Bun.TLSOptions {
  const bounds = { minVersion: TLS_1_2, ciphers: CIPHERS }
  return { cert: certificate, key, ...bounds }
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
