/** Who makes a call, as the audit names them. */

const actors = new WeakMap<Request, string>()

/** @param who the name of the token, else the address of the client. */
export function rememberActor(request: Request, who: string): void {
  // an IPv4 client of a socket that takes both
  actors.set(request, who.replace(/^::ffff:(?=\d+\.)/, ''))
}

export function actorOf(request: Request): string {
  return actors.get(request) ?? 'local'
}
