/** `meltica backup` and `meltica restore`: what the gateway is to run, kept in a file. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { inputName, readInputText, STANDARD } from '../../files/input'
import { writeOutput } from '../../files/output'
import { ContextBackup, ContextRestored } from '../../schema/backup'
import { type AnswerFlags, type ApiContext, answer, answeringCommand, apiCommand } from './command'
import { columns, jsonText, lines } from './output'

export const backupCommand = ({ api, complain }: ApiContext): Command =>
  apiCommand(
    'backup',
    'print providers, instances, risk limits and rollouts, without secrets',
    'backup -o gateway.json',
  )
    .option('-o, --output <file>', 'where to; - for standard output', STANDARD)
    .action(async ({ output }: { output: string }) => {
      const backup = await api().call(ContextBackup, 'GET', '/context/backup')
      const text = jsonText(backup)
      writeOutput(output, text)
      complain(lines(backup.omitted.map((path) => `left out, for it is secret: ${path}`)))
    })

export const restoreCommand = (context: ApiContext): Command =>
  answeringCommand(
    'restore',
    'create what of a backup is not there; start nothing',
    'restore gateway.json',
    'backup | MELTICA_API=http://127.0.0.1:8881 meltica restore -',
  )
    .argument('<file>', 'as meltica backup wrote it; - for standard input')
    .action(async (file: string, flags: AnswerFlags) => {
      const restored = await context.api().call(ContextRestored, 'POST', '/context/backup', read(file))
      answer(context, flags, {
        quiet: () => [...restored.providers.map(({ name }) => name), ...restored.lambdas.map(({ id }) => id)],
        json: restored,
        table: () => tableOf(context, restored),
      })
    })

function tableOf({ colours }: ApiContext, { providers, lambdas, risk, rollouts = [] }: ContextRestored): string {
  return columns(
    colours,
    ['WHAT', 'NAME', 'OUTCOME'],
    [
      ...providers.map(({ name, outcome }) => ['provider', name, outcome]),
      ...lambdas.map(({ id, outcome }) => ['instance', id, outcome]),
      ['risk limits', '', risk],
      ...rollouts.map(({ name, outcome }) => ['rollout', name, outcome]),
    ],
  )
}

/** @throws Failure file_unreadable. */
function read(file: string): object {
  const value = parsed(readInputText(file))
  if (typeof value === 'object' && value !== null) return value
  throw new Failure('file_unreadable', `${inputName(file)} is no backup`, {}, 'give a file that meltica backup wrote')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
