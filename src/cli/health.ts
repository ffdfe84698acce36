/** `meltica health`: whether the gateway of a configuration answers, for supervisors that start a program to ask. */
import { Command } from 'commander'
import { formatAddress } from '../config/address'
import { type Flags, loadSettings } from '../config/settings'
import { callWithoutProxy } from './api/direct'
import { isAlive } from './health-call'
import { withSettings } from './settings-options'

const PATIENCE_MS = 3000

export interface HealthContext {
  /** The variables of the process: what calls this machine goes past a proxy that it names. */
  readonly environment: Record<string, string | undefined>
  /** Ends the process with this status, later. */
  readonly endWith: (status: number) => void
  /** To standard error. */
  readonly tell: (text: string) => void
}

export const healthCommand = ({ environment, endWith, tell }: HealthContext): Command =>
  withSettings(new Command('health').description('ask whether the gateway of a configuration answers'))
    .addHelpText(
      'after',
      `
The status is 0 when it does, else 1. It asks at the address where that gateway is to listen, without a token.

Example:
  meltica health --listen 127.0.0.1:8880`,
    )
    .action(async (flags: Flags) => {
      callWithoutProxy(environment)
      const { listen, tls } = loadSettings(flags, environment)
      if (await isAlive(listen, tls !== undefined, PATIENCE_MS)) return
      tell(`error: no gateway answers on ${formatAddress(listen)}\nhint: start it, or look at its log\n`)
      endWith(1)
    })
