/** `meltica top` on a real terminal. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, type TestGateway } from '../../../gateway'
import { until } from '../../../until'
import { commandOf, settings } from '../../meltica'
import { COUNTER } from '../operate/traders'
import { beside, launch, run } from '../shell'

setDefaultTimeout(60_000)

const ESC = '\u001b['

/** What is on the screen of a terminal on which it runs. */
class Top implements AsyncDisposable {
  private text = ''
  private readonly closed = Promise.withResolvers<void>()
  private readonly child

  constructor(gateway: TestGateway, cols: number, rows: number, ...args: string[]) {
    const decoder = new TextDecoder()
    const terminal = {
      cols,
      rows,
      data: (_: Bun.Terminal, data: Uint8Array) => {
        this.text += decoder.decode(data, { stream: true })
      },
      exit: () => this.closed.resolve(),
    }
    const command = commandOf(['top', '--interval', '0.2', ...args])
    this.child = Bun.spawn(command, { ...settings(beside(gateway, { TERM: 'xterm' })), terminal })
  }

  /** As it was drawn last. */
  get screen(): string[] {
    const whole = this.text.split(`${ESC}H`).findLast((frame) => frame.includes(`${ESC}J`)) ?? ''
    return Bun.stripANSI(whole).replaceAll('\r', '').split('\n')
  }

  get all(): string {
    return this.text
  }

  /** The names on the screen, from above. */
  get names(): string[] {
    return this.screen.slice(3, -2).flatMap((line) => /^\S+/.exec(line)?.[0] ?? [])
  }

  press(keys: string): void {
    this.child.terminal?.write(keys)
  }

  resize(cols: number, rows: number): void {
    this.child.terminal?.resize(cols, rows)
  }

  async end(): Promise<number> {
    const status = await this.child.exited
    await this.closed.promise
    return status
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.child.exited
  }
}

const CONFIG = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]\n'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  await gateway.upload(COUNTER)
  for (let n = 1; n <= 12; n++) await launch(gateway, `i-${n}`, 'counter', n <= 10)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const running = Array.from({ length: 10 }, (_, at) => `i-${at + 1}`)

test('shows what runs, sorted by the key that is pressed, and puts the terminal back when it quits', async () => {
  await using top = new Top(gateway, 160, 24)
  await until(() => top.names.length === 10)
  expect(top.names).toEqual(running)
  expect(top.screen[0]).toMatch(/^10 running, 2 created {3}1?\d{5,}(\.\d+)? USDT, today /)
  expect(top.screen[2]).toMatch(/^NAME▼ +SELECTOR +HASH +STATE +SINCE +EVENTS\/S +LAG /)
  top.press('n')
  await until(() => top.screen[2]?.startsWith('NAME▲') === true)
  expect(top.names).toEqual(running.toReversed())
  top.press('e')
  await until(() => top.screen[2]?.includes('EVENTS/S▼') === true)
  top.press('a')
  await until(() => top.names.length === 12)
  top.press('q')
  expect(await top.end()).toBe(0)
  expect(top.all).toStartWith(`${ESC}?1049h${ESC}?25l`)
  expect(top.all).toEndWith(`${ESC}?25h${ESC}?1049l`)
})

test('shows as much as there is room for, and moves by keys', async () => {
  await using top = new Top(gateway, 70, 9)
  await until(() => top.names.length === 4)
  expect(top.screen).toHaveLength(9)
  for (const line of top.screen) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(70)
  expect(top.screen[2]).not.toContain('HASH')
  top.press(`${ESC}B`)
  await until(() => top.names[0] === 'i-2')
  top.press(`${ESC}6~`)
  await until(() => top.names[0] === 'i-6')
  top.press(`${ESC}F`)
  await until(() => top.names.at(-1) === 'i-10')
  top.resize(70, 40)
  await until(() => top.names.length === 10)
  top.press('\u0003')
  expect(await top.end()).toBe(130)
  expect(top.all).toEndWith(`${ESC}?1049l`)
})

test('goes on over the end of its gateway, and says so', async () => {
  const first = await startGateway({ config: CONFIG })
  const { port } = new URL(first.url)
  await first.upload(COUNTER)
  await launch(first, 'stays', 'counter')
  await using top = new Top(first, 160, 12)
  await until(() => top.names.includes('stays'))
  await first.stop()
  await until(() => top.screen.at(-1)?.includes('no gateway answers') === true)
  expect(top.names).toEqual(['stays'])
  const config = `${CONFIG}listen: 127.0.0.1:${port}\n`
  await using second = await startGateway({ folder: first.folder, config, listensAsConfigured: true })
  await until(() => top.screen.at(-1)?.includes('q quit') === true)
  top.kill('SIGTERM')
  expect(await top.end()).toBe(130)
  expect(top.all).toEndWith(`${ESC}?1049l`)
  await second.stop()
  await first[Symbol.asyncDispose]()
})

test('is refused without a terminal', async () => {
  expect(await run(gateway, 'top')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'error: top needs a terminal\nhint: meltica ps prints the same once\n',
  })
})
