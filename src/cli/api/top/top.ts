/** `meltica top`: the instances as they are now, until it is ended. */
import { type Command, InvalidArgumentError } from 'commander'
import { Failure } from '../../../errors/failure'
import { within } from '../../../flow/within'
import { EXIT } from '../../program'
import { type ApiContext, apiCommand } from '../command'
import { fleetOf } from '../operate/fleet'
import { Screen, type Terminal } from './screen'
import { type Seen, TopView } from './view'

const DEFAULT_SECONDS = 2
const DETAILS = `
Looks again every two seconds, and shows the present rate of events. Keys: n, s, t, e, l, v and p sort by name, state,
time, events, lag, equity (value) and profit of today, the same key again turns the order round, and so does r; a shows
all instances or those that run; arrows, Page Up and Page Down move; q ends it.`

interface Flags {
  readonly all?: boolean
  readonly interval: number
}

export const topCommand = (context: ApiContext, terminal: Terminal): Command =>
  apiCommand('top', `show live what instances do and what they are worth${DETAILS}`, 'top', 'top -a --interval 5')
    .option('-a, --all', 'also those that do not run')
    .option('--interval <seconds>', 'between two looks', seconds, DEFAULT_SECONDS)
    .action(async ({ all = false, interval }: Flags) => {
      if (!terminal.input.isTTY || !terminal.output.isTTY)
        throw new Failure('usage', 'top needs a terminal', {}, 'meltica ps prints the same once')
      terminal.end(await watch(context, terminal, new TopView(all), interval * 1000))
    })

/** @returns the exit status. @throws Failure when the first look fails. */
async function watch(context: ApiContext, terminal: Terminal, view: TopView, waitMs: number): Promise<number> {
  const api = context.api()
  const look = async (): Promise<Seen> => ({ fleet: await fleetOf(api) })
  let seen = await look()
  const ended = Promise.withResolvers<number>()
  const draw = () => screen.draw(view.text(context.colours, seen, screen.size, Date.now()))
  const press = (key: string) => {
    if (key === 'q') ended.resolve(EXIT.done)
    else if (key === 'interrupt') ended.resolve(EXIT.interrupted)
    else if (view.press(key)) draw()
  }
  using screen = new Screen(terminal, press, () => draw())
  let status: number | undefined
  void ended.promise.then((value) => {
    status = value
  })
  while (status === undefined) {
    draw()
    await within(ended.promise, waitMs)
    if (status !== undefined) break
    seen = await Promise.race([
      look().catch((error: unknown) => ({ ...seen, problem: problemOf(error) })),
      ended.promise.then(() => seen),
    ])
  }
  return ended.promise
}

/** @throws what is a fault of our own. */
function problemOf(error: unknown): string {
  if (error instanceof Failure) return error.message
  throw error
}

function seconds(text: string): number {
  const value = Number(text)
  if (value >= 0.2 && value <= 3600) return value
  throw new InvalidArgumentError('write seconds, from 0.2 to 3600.')
}
