/** A line for a process that listens on its standard input. */

/**
 * Whoever has ended is not told, and that is no error here: what it says no more is seen by those who listen.
 * @throws Error of writing.
 */
export async function tellLine(stdin: Bun.FileSink, line: string): Promise<void> {
  try {
    await stdin.write(`${line}\n`)
    await stdin.flush()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}
