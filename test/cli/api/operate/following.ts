/** A command that goes on until it is ended, and all that it has printed. */
import type { TestGateway } from '../../../gateway'
import { until } from '../../../until'
import { start } from '../../meltica'
import { beside } from '../shell'

export class Following implements AsyncDisposable {
  private readonly child: ReturnType<typeof start>
  private readonly read: Promise<unknown>
  stdout = ''
  stderr = ''

  constructor(gateway: TestGateway, ...args: string[]) {
    this.child = start(beside(gateway), ...args)
    const out = gather(this.child.stdout, (text) => {
      this.stdout += text
    })
    const err = gather(this.child.stderr, (text) => {
      this.stderr += text
    })
    this.read = Promise.all([out, err])
  }

  /** Whole lines of standard output. */
  get lines(): string[] {
    return this.stdout.split('\n').slice(0, -1)
  }

  /** Waits until it has printed this. @throws Error when it ends before. */
  async prints(words: string): Promise<void> {
    await until(() => this.stdout.includes(words) || this.child.exitCode !== null)
    if (!this.stdout.includes(words)) throw new Error(`it has ended: ${this.stdout}${this.stderr}`)
  }

  /** @returns the exit status. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    this.child.kill(signal)
    await this.read
    return this.child.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.child.exited
  }
}

async function gather(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }))
}
