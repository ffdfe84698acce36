/** The commands over HTTP as a shell runs them against a gateway. */
import { startGateway, type TestGateway } from '../../gateway'
import { type Finished, meltica, type Place } from '../meltica'

const CONFIG = 'providers:\n  - { name: sim, adapter: { identifier: sim } }\n'

/** A gateway with the provider `sim`. */
export const startTrading = (): Promise<TestGateway> => startGateway({ config: CONFIG })

/** Launches an instance of a strategy. @param autostart whether it runs. */
export async function launch(gateway: TestGateway, id: string, identifier: string, autostart = true): Promise<void> {
  const body = { id, strategy: { identifier }, scope: { sim: { symbols: ['BTC-USDT'] } }, autostart }
  const { status, text } = await gateway.post('/strategy/instances', body)
  if (status !== 201) throw new Error(`launch answered ${status}: ${text}`)
}

/** The folder of the gateway, and where it listens. */
export const beside = ({ folder, url }: TestGateway, env: Place['env'] = {}): Place => ({
  cwd: folder,
  env: { MELTICA_API: url, ...env },
})

export const run = (gateway: TestGateway, ...args: string[]): Promise<Finished> => meltica(beside(gateway), ...args)

/** What a command printed, which must have gone well. */
export async function printed(gateway: TestGateway, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await run(gateway, ...args)
  if (status !== 0) throw new Error(`meltica ${args.join(' ')} exits with ${status}: ${stderr}`)
  return stdout
}

/** The rows of a table, by its titles. */
export async function rows(gateway: TestGateway, ...args: string[]): Promise<Record<string, string>[]> {
  const [titles = '', ...lines] = (await printed(gateway, ...args)).trimEnd().split('\n')
  const columns = [...titles.matchAll(/\S+ */g)].map(({ 0: { length }, 0: title, index }) => ({ title, index, length }))
  return lines.map((line) =>
    Object.fromEntries(
      columns.map(({ title, index, length }, at) => [
        title.trim(),
        line.slice(index, at === columns.length - 1 ? undefined : index + length).trim(),
      ]),
    ),
  )
}

/** A hash as tables show it. */
export const short = (hash: string): string => hash.slice('sha256:'.length, 'sha256:'.length + 12)
