/** The options that say what a gateway is to work with: those of every command that starts one or looks at one. */
import type { Command } from 'commander'

export const withSettings = (command: Command): Command =>
  command
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
