/** `meltica serve`: runs the gateway until it is told to stop. */
import { Command } from 'commander'
import { ConfigFile } from '../config/file-schema'
import type { Flags, Settings } from '../config/settings'
import { farewellOf, lastWordsOf, STOPPED_EARLY, standingOf, welcomeOf } from './banner'
import { fieldsHelp } from './fields'
import type { Gateway } from './gateway'
import type { OpenedGateway, ProcessParts } from './opening'
import type { ServiceManager } from './service/service-manager'
import { withSettings } from './settings-options'

export type Start = Pick<ProcessParts, 'stopping' | 'configured'>

export interface ServeContext {
  /** Rejects with the reason of `stopping` when that was aborted meanwhile, or opens all the same. */
  readonly open: (flags: Flags, start: Start) => Promise<OpenedGateway>
  readonly print: (text: string) => void
  /** Resolves with the first signal to stop. */
  readonly stopped: () => Promise<void>
  /** Acts at each SIGHUP. */
  readonly onReload: (act: () => void) => void
  /** Who is told of it besides; undefined where nobody asked. */
  readonly manager: ServiceManager | undefined
  /** Ends the process although work is under way in it. @param text to standard error. */
  readonly giveUp: (text: string) => never
}

/** For a stop; sandbox hosts that do not answer are waited for no longer. */
const PATIENCE_MS = 4500

export const serveCommand = ({ open, print, stopped, onReload, manager, giveUp }: ServeContext): Command =>
  withSettings(new Command('serve').description('run the gateway'))
    .addHelpText('after', fieldsHelp('Keys of the configuration', ConfigFile))
    .addHelpText(
      'after',
      '\nExample:\n  meltica serve --listen 127.0.0.1:0 --strategies /srv/strategies --data /srv/data',
    )
    .action(async (flags: Flags) => {
      const stop = stopped()
      const stopping = new AbortController()
      void stop.then(() => {
        manager?.stopping()
        stopping.abort()
      })
      let farewell = STOPPED_EARLY
      let begun: Gateway | undefined
      const reload = () => {
        if (!begun) return
        manager?.reloading()
        begun.reload()
        manager?.reloaded()
      }
      const configured = ({ tokens, tls }: Settings) => {
        // else there is nothing to read again, and a terminal that closes ends it; a service has none
        if (tokens !== undefined || tls !== undefined || manager) onReload(reload)
      }
      void stop.then(() => setTimeout(() => giveUp(lastWordsOf(begun)), PATIENCE_MS).unref())
      try {
        await using opened = await open(flags, { stopping: stopping.signal, configured })
        const { gateway, settings } = opened
        begun = gateway
        print(welcomeOf(gateway, settings))
        manager?.ready(() => standingOf(gateway))
        await stop
        farewell = farewellOf(gateway, settings)
      } catch (error) {
        if (!stopping.signal.aborted || error !== stopping.signal.reason) throw error
      }
      print(farewell)
    })
