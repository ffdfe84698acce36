/**
 * How the gateway speaks to a sandbox host, wherever that one runs. Nothing here assumes that the two share a disk, memory
 * or a clock: what a host needs to know is in messages, and so is how old an event is. What a link does to find out that
 * its host is gone, and who was at work in it then, is its own affair.
 */
import type { FromHost, HostSettings, Request, ToHost } from '../protocol/messages'
import type { Answers } from '../protocol/reported'
import type { HostDied } from './death'

/** What needs no answer. */
export type Notice = Exclude<ToHost, { kind: 'hello' | 'request' | 'ping' }>

/** Messages that nobody answers. */
export type HostNotice = Exclude<FromHost, { kind: 'hello' | 'ready' | 'broken' | 'answer' | 'failure' | 'pong' }>

/** The link to one host, from when it is warm until it is gone; disposing of it lets the host go. */
export interface HostLink extends AsyncDisposable {
  /** Where the host runs, for people: `process 1234`. */
  readonly place: string
  readonly engineHash: string
  /** Settles when the host is gone and all that it has said is heard; with whoever was at work in it, if that is known. */
  readonly ended: Promise<HostDied>
  /** Nothing is heard of it any more. */
  readonly dead: boolean
  /** Requests without an answer. */
  readonly pending: number
  /** After what was sent and asked before; lost when the host is gone. */
  send(message: Notice): void
  /** As `send`. @throws Failure launch_failed for the strategy's fault, HostDied, or Error for ours. */
  request<R extends Request>(request: R): Promise<Answers[R['kind']]>
}

export interface LinkListener {
  /**
   * In the order in which the host has said it, and nothing after its end. A `ProtocolError` out of it means that the host
   * has said what it must not: it is ended.
   */
  heard(notice: HostNotice): void
  /** What the host has written for people. */
  wrote(text: string): void
}

/**
 * Resolves when the host is warm.
 * @param signal gives it up while it comes up.
 * @throws Error when it does not come up, or is not one of ours.
 */
export type Connect = (settings: HostSettings, listener: LinkListener, signal: AbortSignal) => Promise<HostLink>
