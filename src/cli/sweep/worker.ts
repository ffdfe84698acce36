/** `meltica sweep-worker`: what a sweep starts to make runs; of no use by itself, hence hidden from help. */
import { Command } from 'commander'
import { serveRuns } from '../../backtest/sweep/serve'
import { ownCommandLine } from '../own-command'
import { endWithParent } from '../parent'
import type { RunFlags } from '../run/flags'
import { openFeed, openRun } from '../run/opening'

const NAME = 'sweep-worker'

/** What a worker is asked to open. */
export interface SweepRequest {
  readonly selector: string
  /** With the paths of the data, and a config that the strategy takes. */
  readonly flags: RunFlags
  /** Memory that the data may take in a process. */
  readonly mostBytes: number
}

/** The command line that starts a worker. @param script the program's file. */
export const sweepWorkerCommandLine = (executable: string, script: string): string[] =>
  ownCommandLine(executable, script, NAME)

export function sweepWorkerCommand(): Command {
  return new Command(NAME).description('make runs for a sweep').action(work)
}

async function work(): Promise<void> {
  endWithParent()
  // a Ctrl-C in the terminal reaches the whole group of processes: the sweep decides when a worker ends
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  const answer = async (line: string) => void (await Bun.write(Bun.stdout, line))
  await serveRuns(Bun.stdin.stream(), answer, async ({ selector, flags, mostBytes }: SweepRequest, stack) => {
    const { feed: _, config: __, files, ...run } = await openRun(selector, flags, stack)
    return { run, open: (window) => openFeed(files, { ...flags, ...window }), mostBytes }
  })
}
