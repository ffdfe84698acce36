/** `meltica ls`: the catalogue, a line for each tag as `docker images` has it. */
import type { Command } from 'commander'
import { parseSelector } from '../../registry/selector'
import { type Module, ModulePage } from '../../schema/modules'
import type { ApiClient } from './client'
import { type ApiContext, answer, type ListFlags, listingCommand } from './command'
import { moduleOf } from './names'
import { hashCell, pinnedText, type Sheet, sizeText } from './output'
import { Refusal } from './refusal'

const TITLES = ['NAME', 'TAG', 'HASH', 'SIZE', 'RUNNING', 'PROBLEM']
/** In the place of a tag, as Docker writes it. */
const UNTAGGED = '<none>'

interface Flags extends ListFlags {
  readonly running?: true
}

interface Row {
  readonly name: string
  readonly tag: string
  readonly hash: string
  readonly size: string
  /** How many instances run it. */
  readonly running: number
  readonly problem: string
}

export const lsCommand = (context: ApiContext): Command =>
  listingCommand('ls', 'list revisions, a line for each tag', 'ls', 'ls grid --no-trunc', 'ls --running -q')
    .argument('[selector]', 'only this strategy; with name:tag or name@hash only that revision')
    .option('-r, --running', 'only revisions that instances run')
    .action(async (name: string | undefined, flags: Flags) => {
      const { modules, only } = await asked(context.api(), name)
      const rows = modules
        .flatMap(rowsOf)
        .filter(({ hash, running }) => (only === undefined || hash === only) && (!flags.running || running > 0))
      answer(context, flags, {
        quiet: () => [...new Set(rows.map((row) => pinnedText(row.name, row.hash, flags.trunc)))],
        json: modules,
        table: () => tableOf(context, rows, flags),
      })
    })

/** @returns the strategies, and the hash of the one revision that was asked for. */
async function asked(api: ApiClient, text: string | undefined): Promise<{ modules: Module[]; only?: string }> {
  if (text === undefined) return api.call(ModulePage, 'GET', '/strategies/modules')
  if (parseSelector(text).kind !== 'name') {
    const module = await moduleOf(api, text)
    return { modules: [module], only: module.hash }
  }
  const { modules } = await api.call(ModulePage, 'GET', `/strategies/modules?strategy=${encodeURIComponent(text)}`)
  if (modules.length > 0) return { modules }
  throw new Refusal({ error: 'strategy_not_found', message: `strategy ${JSON.stringify(text)} not found`, hint: '' })
}

/** The newest revision first; then tags that name what is not there. */
function rowsOf({ name, revisions, tagAliases, running }: Module): Row[] {
  const tags = Map.groupBy(Object.keys(tagAliases), (tag) => tagAliases[tag]!)
  const counts = new Map(running.map(({ hash, count }) => [hash, count]))
  const there = revisions.toReversed().map(({ hash, size, problem = '' }) => ({ hash, size: sizeText(size), problem }))
  const known = new Set(there.map(({ hash }) => hash))
  const missing = [...tags.keys()]
    .filter((hash) => !known.has(hash))
    .map((hash) => ({ hash, size: '', problem: 'no such revision' }))
  return [...there, ...missing].flatMap((revision) =>
    (tags.get(revision.hash) ?? [UNTAGGED]).map((tag) => ({
      name,
      tag,
      ...revision,
      running: counts.get(revision.hash) ?? 0,
    })),
  )
}

function tableOf({ colours }: ApiContext, rows: readonly Row[], { trunc }: Flags): Sheet {
  const cells = rows.map(({ name, tag, hash, size, running, problem }) => [
    name,
    tag,
    hashCell(hash, trunc),
    size,
    running > 0 ? { text: String(running), colour: colours.green } : '0',
    { text: problem, colour: colours.red },
  ])
  const titles = rows.some(({ problem }) => problem !== '') ? TITLES : TITLES.slice(0, -1)
  return { titles, rows: cells }
}
