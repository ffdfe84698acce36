/** Calls of this machine itself go past a proxy that the environment names: it leads to other machines, and not back. */

const THIS_MACHINE = ['localhost', '127.0.0.1', '::1', '0.0.0.0', '::']

/** @param environment of the process: `fetch` reads it anew at each call. */
export function callDirectly(environment: Record<string, string | undefined>): void {
  // the one in small letters counts where both are set
  const before = environment.no_proxy ?? environment.NO_PROXY ?? ''
  if (before.trim() === '*') return
  const all = [before, ...THIS_MACHINE].filter(Boolean).join(',')
  environment.no_proxy = all
  environment.NO_PROXY = all
}

/** For what calls this machine alone, by whichever of its addresses. */
export function callWithoutProxy(environment: Record<string, string | undefined>): void {
  environment.no_proxy = '*'
  environment.NO_PROXY = '*'
}
