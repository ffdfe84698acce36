/** The outside of a worker: opens what it is told to, makes one run after the other, and ends with its standard input. */
import { Failure } from '../../errors/failure'
import { linesOf } from './lines'
import type { FromWorker, ToWorker } from './messages'
import { Runner, type RunnerParts } from './runner'

/**
 * @param answer writes a line. @param open finds what is asked for; what it opens is closed with the stack.
 * @typeParam R what the sweep asks to open.
 */
export async function serveRuns<R>(
  input: ReadableStream<Uint8Array>,
  answer: (line: string) => Promise<void>,
  open: (request: R, stack: AsyncDisposableStack) => Promise<RunnerParts>,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  let runner: Runner | undefined
  for await (const line of linesOf(input)) {
    const message = JSON.parse(line) as ToWorker<R>
    let said: FromWorker
    try {
      if (message.kind === 'run') said = await runner!.run(message.task)
      else {
        runner = stack.use(new Runner(await open(message.request, stack)))
        said = { kind: 'opened', opened: await runner.open() }
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const { code, message, hint } = error
      said = { kind: 'refused', code, message, hint }
    }
    await answer(`${JSON.stringify(said)}\n`)
  }
}
