/** `meltica rollout`: tags that move in steps; how they stand, and on, off or back. `meltica tag --rollout` begins one. */
import type { Command } from 'commander'
import { Rollout, RolloutPage } from '../../schema/rollouts'
import { type AnswerFlags, type ApiContext, answer, answeringCommand, type ListFlags, listingCommand } from './command'
import { parseTagName } from './names'
import { listText, nameOf, statusText } from './rollout-text'

const EXAMPLES = [
  'rollout ls',
  'rollout status grid:prod',
  'rollout promote grid:prod',
  'rollout abort grid:prod -m "too many errors"',
]

const ACTIONS = {
  promote: 'move the tag, and all that follow it',
  pause: 'move no more for now; what has moved is still watched',
  resume: 'go on with the steps of one that was paused',
  abort: 'take back what has moved; the tag stays where it is',
} as const

interface ActionFlags extends AnswerFlags {
  readonly message?: string
}

export function rolloutCommand(context: ApiContext): Command {
  const command = listingCommand('rollout', 'list tags that move in steps, and take them on or back', ...EXAMPLES)
    // what follows a subcommand is its own
    .enablePositionalOptions()
    .action((flags: ListFlags) => list(context, flags))
    .addCommand(
      listingCommand('ls', 'list the last rollout of each tag', 'rollout ls').action((flags: ListFlags) =>
        list(context, flags),
      ),
    )
    .addCommand(
      listingCommand('status', 'show one, with both revisions side by side', 'rollout status grid:prod')
        .argument('<name:tag>', 'the tag')
        .action(async (text: string, flags: ListFlags) => {
          const rollout = await context.api().call(Rollout, 'GET', pathOf(text))
          answer(context, flags, {
            quiet: () => [rollout.state],
            json: rollout,
            table: () => statusText(context.colours, rollout, flags.trunc),
          })
        }),
    )
  for (const [action, description] of Object.entries(ACTIONS))
    command.addCommand(actionCommand(context, action, description))
  return command
}

const actionCommand = (context: ApiContext, action: string, description: string): Command =>
  answeringCommand(action, description, `rollout ${action} grid:prod`)
    .argument('<name:tag>', 'the tag')
    .option('-m, --message <text>', 'why, for the audit')
    .action(async (text: string, flags: ActionFlags) => {
      const { message } = flags
      const body = message === undefined ? undefined : { message }
      const rollout = await context.api().call(Rollout, 'POST', `${pathOf(text)}/${action}`, body)
      const { state, moved, waiting, failed } = rollout
      const counts = `${moved.length} moved, ${waiting.length} waiting, ${failed.length} failed`
      answer(context, flags, {
        quiet: () => [state],
        json: rollout,
        table: () => `${nameOf(rollout)} is ${state}: ${counts}\n`,
      })
    })

async function list(context: ApiContext, flags: ListFlags): Promise<void> {
  const { rollouts } = await context.api().call(RolloutPage, 'GET', '/rollouts')
  answer(context, flags, {
    quiet: () => rollouts.map(nameOf),
    json: rollouts,
    table: () => listText(context.colours, rollouts, flags.trunc),
  })
}

/** @throws Failure usage, invalid_selector. */
function pathOf(text: string): string {
  const { name, tag } = parseTagName(text)
  return `/rollouts/${encodeURIComponent(`${name}:${tag}`)}`
}
