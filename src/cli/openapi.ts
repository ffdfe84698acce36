/** `meltica openapi`: writes the API document; it needs no gateway. Of use to who builds the project, hence hidden. */
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { offlineDocument } from '../http/document'

export const openapiCommand = (print: (text: string) => void): Command =>
  new Command('openapi')
    .description('write the OpenAPI document')
    .option('--out <file>', 'where to; default standard output')
    .action(({ out }: { out?: string }) => {
      const text = openapiText()
      if (out === undefined) print(text)
      else writeFileSync(out, text)
    })

/** The bytes of openapi/openapi.json. */
export const openapiText = (): string => `${JSON.stringify(offlineDocument(), null, 2)}\n`
