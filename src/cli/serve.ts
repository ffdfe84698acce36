/** `meltica serve`: runs the gateway until it is told to stop. */
import { Command } from 'commander'
import { ConfigFile } from '../config/file-schema'
import type { Flags } from '../config/settings'
import { farewellOf, welcomeOf } from './banner'
import { fieldsHelp } from './fields'
import type { OpenedGateway } from './opening'

export interface ServeContext {
  readonly open: (flags: Flags) => Promise<OpenedGateway>
  readonly print: (text: string) => void
  /** Resolves with the first signal to stop. */
  readonly stopped: () => Promise<void>
  /** Acts at each SIGHUP. */
  readonly onReload: (act: () => void) => void
}

export const serveCommand = ({ open, print, stopped, onReload }: ServeContext): Command =>
  new Command('serve')
    .description('run the gateway')
    .option('--listen <host:port>', 'where to listen; port 0 picks a free one (MELTICA_LISTEN, default 127.0.0.1:8880)')
    .option('--strategies <folder>', 'the strategy home (MELTICA_STRATEGIES, default strategies)')
    .option('--data <folder>', 'the folder of the database (MELTICA_DATA, default data)')
    .option(
      '--config <file>',
      'the configuration; - for standard input (MELTICA_CONFIG, default meltica.yaml when it exists)',
    )
    .option('--tokens <file>', 'ask for tokens: made by meltica token create (MELTICA_TOKENS)')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate, in PEM (MELTICA_TLS_CERT)')
    .option('--tls-key <file>', 'and this key (MELTICA_TLS_KEY)')
    .addHelpText('after', fieldsHelp('Keys of the configuration', ConfigFile))
    .addHelpText(
      'after',
      '\nExample:\n  meltica serve --listen 127.0.0.1:0 --strategies /srv/strategies --data /srv/data',
    )
    .action(async (flags: Flags) => {
      const stop = stopped()
      let farewell: string
      {
        await using opened = await open(flags)
        const { gateway, settings } = opened
        // else there is nothing to read again, and a terminal that closes ends it
        if (settings.tokens !== undefined || settings.tls !== undefined) onReload(() => gateway.reload())
        print(welcomeOf(gateway, settings))
        await stop
        farewell = farewellOf(gateway, settings)
      }
      print(farewell)
    })
