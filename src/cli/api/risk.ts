/** `meltica risk`: shows limits and what is stopped; sets limits, stops trading, lets it go on. */
import type { Command } from 'commander'
import { parseYaml } from '../../config/yaml'
import { inputName, readInputText } from '../../files/input'
import { type KillBody, RiskUpdated, RiskView } from '../../schema/risk'
import { RiskLimitSet, SentLimitSet } from '../../schema/risk-limits'
import { limitProblems, setOf } from '../../schema/risk-set'
import { fieldsHelp } from '../fields'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { lines } from './output'
import { riskText, scopeText, switchText } from './risk-text'

const EXAMPLES = [
  'risk',
  'risk kill -m "feed is wrong"',
  'risk reduce --provider sim',
  'risk resume',
  'risk set limits.yaml',
]

export const riskCommand = (context: ApiContext): Command =>
  answeringCommand('risk', 'show risk limits and what is stopped, and change them', ...EXAMPLES)
    // what follows a subcommand is its own
    .enablePositionalOptions()
    .action(async (flags: AnswerFlags) =>
      show(context, flags, await context.api().call(RiskView, 'GET', '/risk/limits')),
    )
    .addCommand(setCommand(context))
    .addCommand(killCommand(context))
    .addCommand(reduceCommand(context))
    .addCommand(resumeCommand(context))

const setCommand = (context: ApiContext): Command =>
  answeringCommand('set', 'set all limits, in the place of those before', 'risk set limits.yaml')
    .addHelpText('after', fieldsHelp('Limits', RiskLimitSet))
    .argument('<file>', 'YAML as risk in the configuration, or JSON as the gateway answers it; - for standard input')
    .action(async (file: string, flags: AnswerFlags) => {
      const text = readInputText(file)
      const name = inputName(file)
      const limits = isJson(text)
        ? parseYaml(text, name, SentLimitSet, problemsOf, FIELDS)
        : parseYaml(text, name, RiskLimitSet, problemsOf, FIELDS)
      show(context, flags, await context.api().call(RiskUpdated, 'PUT', '/risk/limits', limits))
    })

const FIELDS = 'correct what the message names; meltica risk set --help lists the limits'

interface SubjectFlags extends AnswerFlags {
  readonly provider?: string
  readonly instance?: string
}

interface KillFlags extends SubjectFlags {
  readonly message?: string
  readonly keepOrders?: true
  readonly close?: true
}

const killCommand = (context: ApiContext): Command =>
  withSubject(answeringCommand('kill', 'stop all trading and cancel what rests', 'risk kill --instance grid-1'))
    .option('-m, --message <text>', 'why')
    .option('--keep-orders', 'leave resting orders where they are')
    .action((flags: KillFlags) => engage(context, flags, 'kill'))

const reduceCommand = (context: ApiContext): Command =>
  withSubject(
    answeringCommand('reduce', 'let only orders pass that reduce a position', 'risk reduce --instance grid-1 --close'),
  )
    .option('-m, --message <text>', 'why')
    .option('--close', 'close what is open, and keep it closed')
    .option('--keep-orders', 'leave resting orders where they are, also those that open a position')
    .action((flags: KillFlags) => engage(context, flags, flags.close ? 'close' : 'reduce'))

async function engage(context: ApiContext, flags: KillFlags, mode: KillBody['mode']): Promise<void> {
  const { message: reason, keepOrders = false } = flags
  const body = { ...subjectOf(flags), ...(reason !== undefined && { reason }), cancelOrders: !keepOrders, mode }
  tell(context, flags, await context.api().call(RiskView, 'POST', '/risk/kill', body))
}

const resumeCommand = (context: ApiContext): Command =>
  withSubject(answeringCommand('resume', 'let trade again what was stopped', 'risk resume --instance grid-1')).action(
    async (flags: SubjectFlags) =>
      tell(context, flags, await context.api().call(RiskView, 'POST', '/risk/resume', subjectOf(flags))),
  )

const withSubject = (command: Command): Command =>
  command.option('--provider <name>', 'only at this provider').option('--instance <id>', 'only this instance')

const subjectOf = ({ provider, instance }: SubjectFlags) => ({
  ...(provider !== undefined && { provider }),
  ...(instance !== undefined && { instance }),
})

const show = (context: ApiContext, flags: AnswerFlags, risk: RiskView): void =>
  answer(context, flags, {
    quiet: () => risk.killSwitches.map(scopeText),
    json: risk,
    table: () => riskText(context.colours, risk),
  })

/** What is stopped now. */
const tell = (context: ApiContext, flags: AnswerFlags, risk: RiskView): void =>
  answer(context, flags, {
    quiet: () => risk.killSwitches.map(scopeText),
    json: risk,
    table: () => lines(risk.killSwitches.length > 0 ? risk.killSwitches.map(switchText) : ['nothing is stopped']),
  })

const problemsOf = (limits: SentLimitSet) => limitProblems(setOf(limits))

/** Nobody writes null in JSON by mistake. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
