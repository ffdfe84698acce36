/** Who makes a call, as the audit names them. */

import type { TokenEntry } from '../schema/tokens'

const actors = new WeakMap<Request, string>()
const callers = new WeakMap<Request, TokenEntry>()

/** @param entry of the token that came with the call. @param address of the client, which names them where there is none. */
export function rememberActor(request: Request, entry: TokenEntry | undefined, address: string): void {
  // an IPv4 client of a socket that takes both
  actors.set(request, entry?.name ?? address.replace(/^::ffff:(?=\d+\.)/, ''))
  if (entry) callers.set(request, entry)
}

/** Undefined where nobody is asked for a token. */
export const callerOf = (request: Request): TokenEntry | undefined => callers.get(request)

export function actorOf(request: Request): string {
  return actors.get(request) ?? 'local'
}
