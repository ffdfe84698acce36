/** `meltica instance`: what is done with instances alone, as `docker container` has it. */
import type { Command } from 'commander'
import { Failure } from '../../../errors/failure'
import { Instance, InstanceRemoved } from '../../../schema/instances'
import { instancePath } from '../client'
import { type AnswerFlags, type ApiContext, apiCommand, withAnswerFlags } from '../command'
import { forEach } from './each'
import { fleetCommand } from './ps'
import { showThings } from './things'

export const instanceCommand = (context: ApiContext): Command =>
  apiCommand('instance', 'list, show and remove instances', 'instance ls -a', 'instance rm grid-1')
    // what follows a subcommand is its own
    .enablePositionalOptions()
    .addCommand(fleetCommand(context, 'ls', 'list the instances that run, as meltica ps', 'instance ls -a -q'))
    .addCommand(inspectCommand(context))
    .addCommand(rmCommand(context))

const inspectCommand = (context: ApiContext): Command =>
  withAnswerFlags(apiCommand('inspect', 'show all that is known of instances', 'instance inspect grid-1'), 'json')
    .argument('<instance...>', 'their ids')
    .action((ids: string[], flags: AnswerFlags) =>
      showThings(context, flags, ids, (id) => context.api().call(Instance, 'GET', instancePath(id))),
    )

const DETAILS = `
What it has done goes with it: orders, executions and log can no longer be asked for. One that runs is refused, unless it
is to be stopped first. Prints the id of each that was removed; what fails is told, the others are gone on with, and the
exit status is 1.`

const rmCommand = (context: ApiContext): Command =>
  apiCommand('rm', `remove instances${DETAILS}`, 'instance rm grid-1', 'instance rm --force grid-1 grid-2')
    .argument('<instance...>', 'their ids')
    .option('-f, --force', 'stop those that run')
    .action(async (ids: string[], { force = false }: { force?: boolean }) => {
      const api = context.api()
      await forEach(context, ids, async (id) => {
        if (!force) refuseRunning(await api.call(Instance, 'GET', instancePath(id)))
        await api.call(InstanceRemoved, 'DELETE', instancePath(id))
        return id
      })
    })

/** The gateway would stop it. @throws Failure usage. */
function refuseRunning({ id, running }: Instance): void {
  if (running) throw new Failure('usage', `${id} runs`, {}, `stop it first, as in meltica stop ${id}, or add --force`)
}
