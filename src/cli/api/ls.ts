/** `meltica ls`: the strategies, or the revisions of one. */
import type { Command } from 'commander'
import { type Module, ModulePage } from '../../schema/catalogue'
import { type ApiContext, apiCommand, type PrintFlags, withPrintFlags } from './command'
import { columns, hashText, jsonText, lines, sizeText } from './output'

interface Flags extends PrintFlags {
  readonly running?: boolean
}

export const lsCommand = ({ api, print }: ApiContext): Command =>
  withPrintFlags(apiCommand('ls', 'list strategies, or the revisions of one', 'ls momentum'))
    .argument('[name]', 'list its revisions')
    .option('--running', 'only what runs')
    .action(async (name: string | undefined, flags: Flags) => {
      const query = new URLSearchParams({
        ...(name && { strategy: name }),
        ...(flags.running && { runningOnly: 'true' }),
      })
      const page = await api().call(ModulePage, 'GET', `/strategies/modules?${query}`)
      const [module] = page.modules
      if (flags.format === 'json') print(jsonText(name === undefined ? page.modules : (module?.revisions ?? [])))
      else if (name === undefined) print(strategies(page.modules, flags))
      else print(module ? revisions(module, flags) : '')
    })

function strategies(modules: readonly Module[], { quiet, trunc }: PrintFlags): string {
  if (quiet) return lines(modules.map(({ name }) => name))
  const rows = modules.map(({ name, tag, hash, revisions, size, running, problem }) => {
    const instances = running.reduce((sum, { count }) => sum + count, 0)
    return [
      name,
      tag,
      hashText(hash, trunc),
      String(revisions.length),
      sizeText(size),
      String(instances),
      problem ?? '',
    ]
  })
  return columns(['NAME', 'TAG', 'HASH', 'REVISIONS', 'SIZE', 'RUNNING', 'PROBLEM'], rows)
}

function revisions({ revisions, tagAliases, running }: Module, { quiet, trunc }: PrintFlags): string {
  if (quiet) return lines(revisions.map(({ hash }) => hashText(hash, trunc)))
  const rows = revisions.map(({ hash, size, problem }) => {
    const tags = Object.keys(tagAliases).filter((tag) => tagAliases[tag] === hash)
    const instances = running.find((entry) => entry.hash === hash)?.count ?? 0
    return [hashText(hash, trunc), tags.join(', '), sizeText(size), String(instances), problem ?? '']
  })
  return columns(['HASH', 'TAGS', 'SIZE', 'RUNNING', 'PROBLEM'], rows)
}
