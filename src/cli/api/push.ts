/** `meltica push`: uploads a strategy. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { Uploaded } from '../../schema/catalogue'
import type { Diagnostic } from '../../schema/metadata'
import { diagnosticLine } from '../diagnostics'
import { type ApiContext, apiCommand } from './command'
import { lines } from './output'

interface Flags {
  readonly tag?: string
  readonly alias: string[]
  readonly reassign: string[]
  readonly promote: boolean
  readonly message?: string
  readonly quiet?: boolean
}

export interface PushContext extends ApiContext {
  readonly complain: (text: string) => void
}

const collect = (value: string, earlier: string[]): string[] => [...earlier, value]

export const pushCommand = ({ api, print, complain }: PushContext): Command =>
  apiCommand('push', 'upload a strategy', 'push grid.js --tag v1.2.0 --alias stable --reassign prod')
    .argument('<file>', 'the path of a .js file')
    .option('-t, --tag <tag>', 'its tag; default metadata.tag')
    .option('-a, --alias <tag>', 'one more tag; may be repeated', collect, [])
    .option('--reassign <tag>', 'move a tag that names another revision; may be repeated', collect, [])
    .option('--promote', 'move latest to it (the default)', true)
    .option('--no-promote', 'leave latest where it is')
    .option('-m, --message <text>', 'why, for the history of its tags')
    .option('-q, --quiet', 'print the hash alone')
    .action(async (file: string, flags: Flags) => {
      const { tag, alias, reassign, promote, message } = flags
      const body = {
        source: await sourceOf(file),
        ...(tag !== undefined && { tag }),
        ...(alias.length > 0 && { aliases: alias }),
        ...(reassign.length > 0 && { reassignTags: reassign }),
        ...(!promote && { promoteLatest: false }),
        ...(message !== undefined && { message }),
      }
      const upload = api().call(Uploaded, 'POST', '/strategies/modules', body)
      const { module, unchanged } = await upload.catch((error: unknown) => {
        if (error instanceof Failure) complain(lines(diagnosticsOf(error).map((found) => diagnosticLine(file, found))))
        throw error
      })
      const said = `${module.name}:${module.tag} ${module.hash}${unchanged ? ' (unchanged)' : ''}`
      print(lines([flags.quiet ? module.hash : said]))
    })

async function sourceOf(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await Bun.file(file).bytes())
  } catch (error) {
    throw new Failure('file_unreadable', `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** As the gateway sent them: their form is checked with the refusal. */
function diagnosticsOf({ details }: Failure): readonly Diagnostic[] {
  return Array.isArray(details.diagnostics) ? details.diagnostics : []
}
