/** Sandbox hosts within this process, over frames: they share nothing with the gateway but what is said. */
import { BUILD } from '../../src/cli/build'
import { compiling } from '../../src/compiler/compile'
import type { Connect } from '../../src/hosts/link'
import type { FromHost } from '../../src/protocol/messages'
import { loadEngine } from '../../src/sandbox/engine'
import type { Outlet } from '../../src/sandbox-host/host-deps'
import { serveSandboxes } from '../../src/sandbox-host/serve'
import { loopbackLinks } from './links/loopback'

/** @param said changes what a host says, or adds to it. */
export const hostsWithin = (said = (gateway: Outlet, message: FromHost): void => gateway.send(message)): Connect =>
  loopbackLinks(({ gateway, running }) => {
    const cpu = () => performance.now()
    return serveSandboxes({
      build: BUILD,
      engine: loadEngine(),
      compile: compiling,
      now: Date.now,
      // not the gateway's: it begins somewhere else
      clock: () => performance.now() + 1_000_000,
      cpu,
      running,
      confine: () => [],
      gateway: {
        send: (message) => said(gateway, message),
        get backlog() {
          return gateway.backlog
        },
        taken: () => gateway.taken(),
      },
    })
  })
