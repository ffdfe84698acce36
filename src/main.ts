/** The program's entry: gives the commands what only the process has (environment, clock, signals, streams). */
import { availableParallelism } from 'node:os'
import { type CommandEntry, EXIT, type ProgramContext, runProgram } from './cli/program'
import type { StopGuard } from './cli/stop-guard'
import { reasonOf } from './files/reason'

const print = (text: string): void => void process.stdout.write(text)
const complain = (text: string): void => void process.stderr.write(text)

/** The first signal asks to stop; the second ends the process at once, and so does a stop that takes too long. */
const stopped = (guard: (words: StopGuard) => void): Promise<void> => {
  const asked = Promise.withResolvers<void>()
  let times = 0
  const ask = () => {
    if (++times > 1) process.exit(EXIT.interrupted)
    asked.resolve()
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  try {
    guard(LAST_WORD)
  } catch (error) {
    complain(`a stop is not bounded in time: ${reasonOf(error)}\n`)
  }
  return asked.promise
}

const LAST_WORD = {
  seconds: 5,
  lateStatus: EXIT.failed,
  againStatus: EXIT.interrupted,
  text: `error: the gateway was busy for 5 s after it was asked to stop, and was ended
hint: orders, fills and whatever was answered are saved; of helpers.state and logs the last second may be lost
`,
}

/** As a loss of power would. */
const endAtOnce = (): never => {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

/** The gateway goes on when nobody reads what it prints. */
const goOnUnread = ({ code }: NodeJS.ErrnoException): void => {
  if (code !== 'EPIPE') complain('the standard output cannot be written\n')
}

/** Who started it need not listen in a way that we know; it serves all the same. */
const managerIn = async () => {
  const { serviceManager } = await import('./cli/service/service-manager')
  try {
    return serviceManager(process.env)
  } catch (error) {
    complain(`the service manager is not told of anything: ${reasonOf(error)}\n`)
    return undefined
  }
}

const serve = async () => {
  process.stdout.on('error', goOnUnread)
  const [{ serveCommand }, { guardStop }, manager] = await Promise.all([
    import('./cli/serve'),
    import('./cli/stop-guard'),
    process.env.NOTIFY_SOCKET ? managerIn() : undefined,
  ])
  return serveCommand({
    print,
    manager,
    stopped: () => stopped(guardStop),
    giveUp: (text) => {
      complain(text)
      process.exit(EXIT.failed)
    },
    onReload: (act) => void process.on('SIGHUP', act),
    open: async (flags, start) => {
      const [{ openFromFlags }, { sandboxHostCommandLine }, { ownCommandLine }] = await Promise.all([
        import('./cli/opening'),
        import('./cli/sandbox-host'),
        import('./cli/own-command'),
      ])
      return openFromFlags(flags, {
        environment: process.env,
        pretty: Boolean(process.stderr.isTTY),
        now: Date.now,
        elapsed: () => performance.now(),
        hostCount: { first: 1, most: Math.max(1, availableParallelism() - 1) },
        hostCommand: sandboxHostCommandLine(process.execPath, import.meta.path),
        backtestCommand: [
          ...ownCommandLine(process.execPath, import.meta.path, 'backtest-worker'),
          String(process.pid),
        ],
        endAtOnce,
        ...start,
      })
    },
  })
}

/** Who reads the output, as `head`, may have had enough of it: that is no failure. */
const endUnwritten = (error: NodeJS.ErrnoException): never => {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
  complain(`error: the output cannot be written: ${reasonOf(error)}\n`)
  process.exit(EXIT.failed)
}

let hearsErrors = false
/** Once, however many commands are loaded, as they are for the help. */
const endWhenUnwritten = (): void => {
  if (!hearsErrors) process.stdout.on('error', endUnwritten)
  hearsErrors = true
}

/** A command that prints and ends. */
const printing = (load: CommandEntry['load']): CommandEntry['load'] => {
  return () => {
    endWhenUnwritten()
    return load()
  }
}

const test = async () => {
  const [{ testCommand }, { backtestHostCommandLine }] = await Promise.all([
    import('./cli/author/test'),
    import('./cli/author/backtest-host'),
  ])
  return testCommand({
    executable: process.execPath,
    environment: process.env,
    hostCommand: (folder) => backtestHostCommandLine(process.execPath, import.meta.path, folder),
  })
}

const backtestHost = async () => {
  const [{ backtestHostCommand }, { sweepHostCommandLine }] = await Promise.all([
    import('./cli/author/backtest-host'),
    import('./cli/author/sweep-host'),
  ])
  return backtestHostCommand(sweepHostCommandLine(process.execPath, import.meta.path))
}

/** What starts a worker of a sweep. */
const sweepWorker = async () =>
  (await import('./cli/sweep/worker')).sweepWorkerCommandLine(process.execPath, import.meta.path)

const dev = async () => {
  const [{ devCommand }, { coloursFor }, { ownCommandLine }] = await Promise.all([
    import('./cli/author/dev'),
    import('./cli/api/output'),
    import('./cli/own-command'),
  ])
  endWhenUnwritten()
  const colors = coloursFor(Boolean(process.stdout.isTTY), process.env)
  const interrupted = Promise.withResolvers<void>()
  return devCommand({
    print,
    colors,
    interrupted: () => {
      process.on('SIGINT', () => interrupted.resolve())
      process.on('SIGTERM', () => interrupted.resolve())
      return interrupted.promise
    },
    restart() {
      const command = ownCommandLine(process.execPath, import.meta.path, 'dev')
      return process.execve!(process.execPath, [...command, ...process.argv.slice(3)])
    },
  })
}

/** What `--context` names. */
let context: string | undefined

const openApiContext = async () => {
  const [{ clientOf }, { coloursFor }, { callDirectly }] = await Promise.all([
    import('./cli/api/contexts/gateway'),
    import('./cli/api/output'),
    import('./cli/api/direct'),
  ])
  callDirectly(process.env)
  process.once('SIGINT', () => process.exit(EXIT.interrupted))
  endWhenUnwritten()
  const colours = coloursFor(Boolean(process.stdout.isTTY), process.env)
  return { api: () => clientOf(process.env, context), print, complain, colours }
}

const doctor = async () => {
  const [{ doctorCommand }, { raiseWall }, { coloursFor }] = await Promise.all([
    import('./cli/doctor/doctor'),
    import('./cli/wall/raise'),
    import('./cli/api/output'),
  ])
  endWhenUnwritten()
  return doctorCommand({
    environment: process.env,
    now: Date.now,
    elapsed: () => performance.now(),
    print,
    colours: coloursFor(Boolean(process.stdout.isTTY), process.env),
    raiseWall: () => raiseWall(undefined),
    endWith: (status) => {
      process.exitCode = status
    },
  })
}

const licenses = async () => {
  const [{ licensesCommand }, { coloursFor }] = await Promise.all([
    import('./cli/licenses/licenses'),
    import('./cli/api/output'),
  ])
  endWhenUnwritten()
  return licensesCommand({ print, colours: coloursFor(Boolean(process.stdout.isTTY), process.env) })
}

const health = async () =>
  (await import('./cli/health')).healthCommand({
    environment: process.env,
    endWith: (status) => {
      process.exitCode = status
    },
    tell: complain,
  })

let opened: ReturnType<typeof openApiContext> | undefined
/** For the commands over HTTP, each in a module of its own. */
const apiContext = () => (opened ??= openApiContext())

const topEntry = async () => {
  const { topCommand } = await import('./cli/api/top/top')
  // what is on the terminal is put back
  process.once('SIGTERM', () => process.exit(EXIT.interrupted))
  const end = (status: number) => process.exit(status)
  return topCommand(await apiContext(), { input: process.stdin, output: process.stdout, end })
}

const contextEntry = async () => {
  const [{ contextCommand }, { coloursFor }] = await Promise.all([
    import('./cli/api/contexts/context'),
    import('./cli/api/output'),
  ])
  endWhenUnwritten()
  const colours = coloursFor(Boolean(process.stdout.isTTY), process.env)
  return contextCommand({ environment: process.env, print, complain, colours })
}

const completion = async () => (await import('./cli/completion/completion')).completionCommand(print)

const complete = async () => {
  const [{ completeCommand }, { Names }, { clientOf }, { callDirectly }] = await Promise.all([
    import('./cli/completion/completion'),
    import('./cli/completion/names'),
    import('./cli/api/contexts/gateway'),
    import('./cli/api/direct'),
  ])
  callDirectly(process.env)
  const names = (asked: string | undefined) =>
    new Names({ environment: process.env, api: (signal) => clientOf(process.env, asked, { signal }) })
  return completeCommand({ commands: program.commands, names, print })
}

const program: ProgramContext = {
  complain,
  chosen: (name) => {
    context = name
  },
  commands: {
    serve: { load: serve },
    backtest: { load: printing(async () => (await import('./cli/backtest')).backtestCommand()) },
    compare: { load: printing(async () => (await import('./cli/compare')).compareCommand()) },
    init: { load: printing(async () => (await import('./cli/author/init')).initCommand()) },
    test: { load: test },
    dev: { load: dev },
    types: { load: printing(async () => (await import('./cli/author/types')).typesCommand()) },
    sweep: { load: printing(async () => (await import('./cli/sweep/sweep')).sweepCommand(await sweepWorker())) },
    'sweep-worker': { load: async () => (await import('./cli/sweep/worker')).sweepWorkerCommand(), hidden: true },
    check: { load: printing(async () => (await import('./cli/check')).checkCommand()) },
    run: { load: async () => (await import('./cli/api/operate/run')).runCommand(await apiContext()) },
    ps: { load: async () => (await import('./cli/api/operate/ps')).psCommand(await apiContext()) },
    start: { load: async () => (await import('./cli/api/operate/act')).startCommand(await apiContext()) },
    stop: { load: async () => (await import('./cli/api/operate/act')).stopCommand(await apiContext()) },
    restart: { load: async () => (await import('./cli/api/operate/act')).restartCommand(await apiContext()) },
    instance: { load: async () => (await import('./cli/api/operate/instance')).instanceCommand(await apiContext()) },
    logs: { load: async () => (await import('./cli/api/operate/logs')).logsCommand(await apiContext()) },
    orders: { load: async () => (await import('./cli/api/operate/orders')).ordersCommand(await apiContext()) },
    fills: { load: async () => (await import('./cli/api/operate/fills')).fillsCommand(await apiContext()) },
    positions: { load: async () => (await import('./cli/api/operate/positions')).positionsCommand(await apiContext()) },
    events: { load: async () => (await import('./cli/api/operate/events')).eventsCommand(await apiContext()) },
    alerts: { load: async () => (await import('./cli/api/operate/alerts')).alertsCommand(await apiContext()) },
    providers: { load: async () => (await import('./cli/api/operate/providers')).providersCommand(await apiContext()) },
    top: { load: topEntry },
    context: { load: contextEntry },
    ls: { load: async () => (await import('./cli/api/ls')).lsCommand(await apiContext()) },
    inspect: { load: async () => (await import('./cli/api/inspect')).inspectCommand(await apiContext()) },
    push: { load: async () => (await import('./cli/api/push')).pushCommand(await apiContext()) },
    tag: { load: async () => (await import('./cli/api/tag')).tagCommand(await apiContext()) },
    untag: { load: async () => (await import('./cli/api/untag')).untagCommand(await apiContext()) },
    history: { load: async () => (await import('./cli/api/history')).historyCommand(await apiContext()) },
    rollback: { load: async () => (await import('./cli/api/rollback')).rollbackCommand(await apiContext()) },
    rollout: { load: async () => (await import('./cli/api/rollout')).rolloutCommand(await apiContext()) },
    rm: { load: async () => (await import('./cli/api/rm')).rmCommand(await apiContext()) },
    refresh: { load: async () => (await import('./cli/api/refresh')).refreshCommand(await apiContext()) },
    prune: { load: async () => (await import('./cli/api/prune')).pruneCommand(await apiContext()) },
    usage: { load: async () => (await import('./cli/api/usage')).usageCommand(await apiContext()) },
    registry: { load: async () => (await import('./cli/api/registry')).registryCommand(await apiContext()) },
    replay: { load: async () => (await import('./cli/api/replay/replay')).replayCommand(await apiContext()) },
    order: { load: async () => (await import('./cli/api/order')).orderCommand(await apiContext()) },
    flatten: { load: async () => (await import('./cli/api/flatten')).flattenCommand(await apiContext()) },
    risk: { load: async () => (await import('./cli/api/risk')).riskCommand(await apiContext()) },
    backup: { load: async () => (await import('./cli/api/backup')).backupCommand(await apiContext()) },
    restore: { load: async () => (await import('./cli/api/backup')).restoreCommand(await apiContext()) },
    token: {
      load: printing(async () =>
        (await import('./cli/token')).tokenCommand({
          environment: process.env,
          terminal: Boolean(process.stdout.isTTY),
          now: Date.now,
          print,
          tell: complain,
        }),
      ),
    },
    completion: { load: printing(completion) },
    complete: { load: printing(complete), hidden: true },
    config: {
      load: printing(async () =>
        (await import('./cli/config/config')).configCommand({
          environment: process.env,
          now: Date.now,
          print,
          tell: complain,
        }),
      ),
    },
    doctor: { load: doctor },
    health: { load: health },
    licenses: { load: licenses },
    openapi: { load: printing(async () => (await import('./cli/openapi')).openapiCommand()), hidden: true },
    'backtest-host': { load: backtestHost, hidden: true },
    'backtest-worker': {
      load: async () => (await import('./cli/backtest-worker')).backtestWorkerCommand(),
      hidden: true,
    },
    'sweep-host': {
      load: async () => (await import('./cli/author/sweep-host')).sweepHostCommand(await sweepWorker()),
      hidden: true,
    },
    'sandbox-host': { load: async () => (await import('./cli/sandbox-host')).sandboxHostCommand(), hidden: true },
  },
}

const status = await runProgram(process.argv.slice(2), program)
if (status !== undefined) process.exitCode = status
