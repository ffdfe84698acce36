/** The certificate of a running gateway: read again when its files change, and its end told of in time. */
import { statSync } from 'node:fs'
import { readTls, type Tls, type TlsFiles } from '../config/tls'
import { Failure } from '../errors/failure'
import type { ReadinessProblem } from '../schema/health'
import type { Log } from '../telemetry/log'

const DAY_MS = 86_400_000
/** Time enough to get another one. */
const WARNED_MS = 30 * DAY_MS
const LOOK_MS = 1000

export interface CertificateSettings {
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Takes the one that is to be served from now on. */
  readonly serve: (tls: Tls) => void
}

export class Certificate implements Disposable {
  tls: Tls
  private stamp: string
  /** As it was found changed: what is half written is left alone until it stays so. */
  private changed: string | undefined
  private refused: string | undefined
  private toldMs = Number.NEGATIVE_INFINITY
  private readonly timer: ReturnType<typeof setInterval>

  /** @throws Failure file_unreadable, invalid_settings */
  constructor(
    private readonly files: TlsFiles,
    private readonly settings: CertificateSettings,
  ) {
    this.stamp = this.stampNow()
    this.tls = readTls(files)
    this.tell()
    this.timer = setInterval(() => this.look(), LOOK_MS)
    this.timer.unref()
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer)
  }

  /** Reads the files now, changed or not; the old one stays when they cannot be used. */
  reload(): void {
    this.stamp = this.stampNow()
    this.changed = undefined
    try {
      this.tls = readTls(this.files)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.refused = `the certificate was changed and cannot be used: ${error.message}`
      this.settings.log('error', `${this.refused}; the one before is served`)
      return
    }
    this.refused = undefined
    this.toldMs = Number.NEGATIVE_INFINITY
    this.settings.serve(this.tls)
    this.settings.log('info', 'certificate read again', { ends: new Date(this.tls.endsMs).toISOString() })
    this.tell()
  }

  problems(): ReadinessProblem[] {
    const doubt = this.validity()
    return [
      ...(this.refused === undefined
        ? []
        : [{ message: this.refused, hint: 'correct the files; they are read again when they change' }]),
      ...(doubt === undefined
        ? []
        : [
            {
              message: doubt.message,
              hint: `put another one into ${this.files.certificate}; it is read when it changes`,
            },
          ]),
    ]
  }

  private look(): void {
    const stamp = this.stampNow()
    if (stamp !== this.stamp) {
      if (stamp === this.changed) this.reload()
      else this.changed = stamp
    }
    // also when the clock was set back meanwhile
    if (Math.abs(this.settings.now() - this.toldMs) >= DAY_MS) this.tellValidity()
  }

  private tell(): void {
    for (const doubt of this.tls.doubts) this.settings.log('warn', doubt)
    this.tellValidity()
  }

  private tellValidity(): void {
    this.toldMs = this.settings.now()
    const doubt = this.validity()
    if (doubt) this.settings.log(doubt.level, doubt.message)
  }

  /** What clients will hold against its dates, now or soon. */
  private validity(): { readonly level: 'warn' | 'error'; readonly message: string } | undefined {
    const { beginsMs, endsMs } = this.tls
    const nowMs = this.settings.now()
    const name = `the certificate ${this.files.certificate}`
    const date = new Date(endsMs).toISOString().slice(0, 10)
    if (nowMs < beginsMs) {
      const begin = new Date(beginsMs).toISOString()
      return { level: 'error', message: `${name} begins at ${begin}: clients refuse it until then` }
    }
    if (endsMs < nowMs) return { level: 'error', message: `${name} ended on ${date}: clients will refuse it` }
    if (endsMs - nowMs >= WARNED_MS) return undefined
    return { level: 'warn', message: `${name} ends on ${date}: clients will refuse it then` }
  }

  private stampNow(): string {
    return [this.files.certificate, this.files.key]
      .map((path) => {
        try {
          const { mtimeMs, ctimeMs, size, ino } = statSync(path)
          return `${mtimeMs} ${ctimeMs} ${size} ${ino}`
        } catch {
          return 'gone'
        }
      })
      .join(', ')
  }
}
