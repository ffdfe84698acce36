/** `meltica openapi`: writes the API document; it needs no gateway. Of use to who builds the project, hence hidden. */
import { Command } from 'commander'
import { STANDARD } from '../files/input'
import { writeOutput } from '../files/output'
import { offlineDocument } from '../http/document'

export const openapiCommand = (): Command =>
  new Command('openapi')
    .description('write the OpenAPI document')
    .option('--out <file>', 'where to; - for standard output', STANDARD)
    .action(({ out }: { out: string }) => writeOutput(out, openapiText()))

/** The bytes of openapi/openapi.json. */
export const openapiText = (): string => `${JSON.stringify(offlineDocument(), null, 2)}\n`
