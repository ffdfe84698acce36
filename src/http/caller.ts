/** Who makes a call, as the audit names them. */

const callers = new WeakMap<Request, string>()

/** @param address of the client; undefined for a call within the process. */
export function rememberCaller(request: Request, address: string | undefined): void {
  // an IPv4 client of a socket that takes both
  callers.set(request, address?.replace(/^::ffff:(?=\d+\.)/, '') ?? 'local')
}

export function callerOf(request: Request): string {
  return callers.get(request) ?? 'local'
}
