/** `meltica serve` with as many sandbox hosts as its first argument says, in place of one for each core but one. */
import { join } from 'node:path'
import { openFromFlags } from '../../src/cli/opening'
import { runProgram } from '../../src/cli/program'
import { sandboxHostCommandLine } from '../../src/cli/sandbox-host'
import { serveCommand } from '../../src/cli/serve'

const [hosts, ...args] = process.argv.slice(2)

const load = async () =>
  serveCommand({
    print: (text) => void process.stdout.write(text),
    stopped: () => new Promise((resolve) => process.on('SIGTERM', () => resolve())),
    manager: undefined,
    giveUp: () => process.exit(1),
    onReload: () => undefined,
    open: (flags, start) =>
      openFromFlags(flags, {
        environment: process.env,
        pretty: false,
        now: Date.now,
        elapsed: () => performance.now(),
        hostCount: { first: Number(hosts), most: Number(hosts) },
        hostCommand: sandboxHostCommandLine(process.execPath, join(import.meta.dir, '../../src/main.ts')),
        backtestCommand: [],
        endAtOnce: () => process.exit(1),
        ...start,
      }),
  })

process.exitCode = await runProgram(args, {
  complain: (text) => void process.stderr.write(text),
  commands: { serve: { load } },
})
