/** `meltica ps`: what runs, and what it is worth, as `docker ps` has it. */
import type { Command } from 'commander'
import { type ApiContext, answer, type ListFlags, listingCommand } from '../command'
import { fleetOf } from './fleet'
import { fleetSheet } from './fleet-table'

interface Flags extends ListFlags {
  readonly all?: true
}

const DETAILS = `
STATE says besides who is killed, or may only reduce (meltica risk). EVENTS/S is of the last seconds, LAG how far it is
behind the market. POSITION, EQUITY and PNL TODAY (since 00:00 UTC) are as the gateway knows them, in each currency of an
instance, that of its first symbol first. --format json prints a list of
  {"id", "strategy", "selector", "tag", "hash", "state", "killSwitch", "since", "eventsPerSecond",
   "lagMs", "positions": [{"symbol", "quantity"}], "equity", "pnlToday",
   "worth": [{"currency", "equity", "pnlToday"}]}`

export const psCommand = (context: ApiContext): Command =>
  fleetCommand(context, 'ps', 'list the instances that run', 'ps', 'ps -a --format csv', 'stop $(meltica ps -q)')

/** `ps`, also under another name. */
export const fleetCommand = (context: ApiContext, name: string, description: string, ...examples: string[]): Command =>
  listingCommand(name, description + DETAILS, ...examples)
    .option('-a, --all', 'also those that do not run')
    .action(async (flags: Flags) => {
      const fleet = await fleetOf(context.api())
      const members = fleet.members.filter(({ state }) => flags.all || UP.has(state))
      answer(context, flags, {
        quiet: () => members.map(({ id }) => id),
        json: members,
        table: () => fleetSheet(context.colours, { ...fleet, members }, flags, Date.now()),
      })
    })

/** Those that Docker would show. */
const UP: ReadonlySet<string> = new Set(['starting', 'running', 'stopping', 'restarting'])
