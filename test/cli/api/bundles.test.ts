/** A bundle on a gateway: what its handlers throw is told in the log of the instance at the author's place. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { build } from 'esbuild'
import { meltica } from '../meltica'
import { beside, launch, startTrading } from './shell'

const WEBPACK = join(import.meta.dir, 'webpack.fixture.js')
const FILES = {
  'half.ts': `export function half(price: string): string {
  if (Number(price) > 0) throw new Error(\`no half of \${price}\`)
  return price
}
`,
  'halves.ts': `import { half } from './half'

export const metadata = { name: 'halves', tag: 'v1', displayName: 'Halves', events: ['Trade'] }

export function create() {
  return {
    onTrade(_context: unknown, _event: unknown, { price }: { price: string }): void {
      half(price)
    },
  }
}
`,
}

type Shop = Awaited<ReturnType<typeof startTrading>>

/** Uploads by each door. */
const DOORS: Readonly<Record<string, (gateway: Shop) => Promise<void>>> = {
  'push of TypeScript': async (gateway) => {
    const { status, stderr } = await meltica(beside(gateway), 'push', 'halves.ts')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  },
  'an upload of what esbuild made': async (gateway) => {
    const { outputFiles } = await build({
      entryPoints: [join(gateway.folder, 'halves.ts')],
      absWorkingDir: gateway.folder,
      bundle: true,
      format: 'cjs',
      sourcemap: 'inline',
      write: false,
    })
    await gateway.upload(outputFiles[0]!.text)
  },
  'an upload of what webpack made': async (gateway) => {
    await gateway.upload(await Bun.file(WEBPACK).text())
  },
}

for (const [door, upload] of Object.entries(DOORS)) {
  test(`${door}: an error names the author's file, line and column`, async () => {
    await using gateway = await startTrading()
    for (const [name, text] of Object.entries(FILES)) await Bun.write(join(gateway.folder, name), text)
    await upload(gateway)
    await launch(gateway, 'one', 'halves')
    const { body } = await gateway.until('/strategy/instances/one/logs', ({ text }) => text.includes('no half'))
    const [{ message }] = body.items
    expect(message).toMatch(/^onTrade of halves\.js failed: Error: no half of .+ at (?:src\/)?half\.ts:2:3[0-9]$/)
  }, 60_000)
}
