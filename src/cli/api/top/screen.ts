/** A whole terminal for one command: the screen apart from what was there, keys as they are pressed, all put back at the end. */
import type { ReadStream, WriteStream } from 'node:tty'
import type { Size } from './view'

export interface Terminal {
  readonly input: ReadStream
  readonly output: WriteStream
  /** Ends the process, also while a gateway is waited for. */
  readonly end: (status: number) => never
}

const ESCAPE = '\u001b'
/** Begins a control sequence. */
const ESC = `${ESCAPE}[`
const ENTER = `${ESC}?1049h${ESC}?25l`
const LEAVE = `${ESC}?25h${ESC}?1049l`
/** From the upper left; what is left of each line, and below, is wiped. */
const HOME = `${ESC}H`
const WIPE_LINE = `${ESC}K`
const WIPE_BELOW = `${ESC}J`

/** What a terminal sends for keys that are no characters. */
const KEYS: Readonly<Record<string, string>> = {
  [`${ESC}A`]: 'up',
  [`${ESC}B`]: 'down',
  [`${ESC}5~`]: 'pageUp',
  [`${ESC}6~`]: 'pageDown',
  [`${ESC}H`]: 'home',
  [`${ESC}F`]: 'end',
  [`${ESCAPE}OA`]: 'up',
  [`${ESCAPE}OB`]: 'down',
  [`${ESCAPE}OH`]: 'home',
  [`${ESCAPE}OF`]: 'end',
  ' ': 'pageDown',
  k: 'up',
  j: 'down',
  '\u0003': 'interrupt',
}
const SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-9;]*[A-Za-z~]|O[A-Za-z])|.`, 'gsu')

export class Screen implements Disposable {
  private readonly heard = (data: Buffer) => {
    for (const [key] of data.toString().matchAll(SEQUENCE)) this.pressed(KEYS[key] ?? key)
  }
  private readonly left = () => this.leave()

  /** @param pressed is told a character, or the name of a key. @param resized after the size has changed. */
  constructor(
    private readonly terminal: Terminal,
    private readonly pressed: (key: string) => void,
    private readonly resized: () => void,
  ) {
    const { input, output } = terminal
    input.setRawMode(true)
    input.on('data', this.heard)
    input.resume()
    output.on('resize', resized)
    // also when the process ends otherwise
    process.once('exit', this.left)
    output.write(ENTER)
  }

  get size(): Size {
    const { columns, rows } = this.terminal.output
    return { columns, rows }
  }

  draw(text: string): void {
    const lines = text.split('\n').join(`${WIPE_LINE}\r\n`)
    this.terminal.output.write(`${HOME}${lines}${WIPE_LINE}${WIPE_BELOW}`)
  }

  [Symbol.dispose](): void {
    process.removeListener('exit', this.left)
    this.leave()
  }

  private leave(): void {
    const { input, output } = this.terminal
    input.removeListener('data', this.heard)
    output.removeListener('resize', this.resized)
    input.setRawMode(false)
    input.pause()
    output.write(LEAVE)
  }
}
