/** What is told to the service manager, as systemd, that started this process: nothing where none did. */
import { NotifySocket } from './notify-socket'

/** Fed so many times in the time in which it wants to be fed once. */
const FEEDS = 3

export interface ServiceManager {
  /** It serves, and from now on is ended when it is not heard of in time. @param standing how it stands, in a line; asked for again and again. */
  ready(standing: () => string): void
  reloading(): void
  reloaded(): void
  stopping(): void
}

type Environment = Record<string, string | undefined>

/**
 * @param environment of which what was meant for this process alone is taken.
 * @returns undefined where nobody listens. @throws Error when what it says cannot be.
 */
export function serviceManager(environment: Environment): ServiceManager | undefined {
  const { NOTIFY_SOCKET: path, WATCHDOG_USEC, WATCHDOG_PID } = environment
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name]
  if (!path) return undefined
  const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid
  const watchdogMs = isForUs ? Number(WATCHDOG_USEC ?? 0) / 1000 : 0
  return new Notifier(new NotifySocket(path), watchdogMs)
}

class Notifier implements ServiceManager {
  private feeding: ReturnType<typeof setInterval> | undefined

  constructor(
    private readonly socket: NotifySocket,
    /** 0: it does not want to be fed. */
    private readonly watchdogMs: number,
  ) {}

  ready(standing: () => string): void {
    this.socket.send('READY=1', `STATUS=${standing()}`)
    if (this.watchdogMs <= 0) return
    // by the very loop that serves, with what that knows: one that does not turn says nothing
    this.feeding = setInterval(() => this.socket.send('WATCHDOG=1', `STATUS=${standing()}`), this.watchdogMs / FEEDS)
  }

  reloading(): void {
    this.socket.send('RELOADING=1', `MONOTONIC_USEC=${this.socket.monotonicUs()}`)
  }

  reloaded(): void {
    this.socket.send('READY=1')
  }

  stopping(): void {
    clearInterval(this.feeding)
    this.socket.send('STOPPING=1', 'STATUS=stopping')
  }
}
