/**
 * Which protocol gateway and host speak, and whether they understand each other. Each says it in its first message,
 * `hello`, which is JSON in a frame in every version there will ever be and has at least these two fields: so that the
 * other side can tell why it goes no further.
 */

/** To be raised with every change of a message or of its bytes. */
export const PROTOCOL_VERSION = 4

export interface Greeting {
  readonly protocol: number
  /** Release, commit and engine. Both ends are the same program: with another one of them nothing is promised. */
  readonly build: string
}

/** Why these two go no further, in a sentence; undefined: they understand each other. */
export function disagreement(gateway: Greeting, host: Greeting): string | undefined {
  if (gateway.protocol !== host.protocol) {
    return `the sandbox host speaks version ${host.protocol} of the protocol, and its gateway version ${gateway.protocol}: ${REMEDY}`
  }
  if (gateway.build !== host.build) {
    return `the sandbox host is of the build "${host.build}", and its gateway of "${gateway.build}": ${REMEDY}`
  }
  return undefined
}

const REMEDY = 'run both from one build, and restart a gateway whose program was replaced'
