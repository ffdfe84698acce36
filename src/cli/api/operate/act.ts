/** `meltica start`, `stop` and `restart`: what is to run. */
import type { Command } from 'commander'
import { type Instance, InstanceAction } from '../../../schema/instances'
import { type ApiClient, instancePath } from '../client'
import { type ApiContext, apiCommand } from '../command'
import { forEach } from './each'

export const startCommand = (context: ApiContext): Command =>
  actingCommand(context, 'start', 'start instances', ['start'], 'start grid-1 grid-2')

export const stopCommand = (context: ApiContext): Command =>
  actingCommand(context, 'stop', 'stop instances; their resting orders stay', ['stop'], 'stop $(meltica ps -q)')

export const restartCommand = (context: ApiContext): Command =>
  actingCommand(context, 'restart', 'stop instances and start them', ['stop', 'start'], 'restart grid-1')

const DETAILS = `
Prints the id of each that it has done. One that fails is told on standard error, the others are gone on with, and the
exit status is 1.`

type Action = 'start' | 'stop'

const actingCommand = (
  context: ApiContext,
  name: string,
  description: string,
  actions: readonly Action[],
  ...examples: string[]
): Command =>
  apiCommand(name, description + DETAILS, ...examples)
    .argument('<instance...>', 'their ids')
    .action(async (ids: string[]) => {
      const api = context.api()
      await forEach(context, ids, async (id) => {
        for (const action of actions) await act(api, id, action)
        return id
      })
    })

/** @throws Failure of the gateway. */
async function act(api: ApiClient, id: string, action: Action): Promise<Instance> {
  const { instance } = await api.call(InstanceAction, 'POST', instancePath(id, action))
  return instance
}
