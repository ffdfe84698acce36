/** Runs the tests and closes with one line that says how many passed and failed. */

const { exitCode, passed, failed } = await run(['test', '--timeout', '60000', ...process.argv.slice(2)])
const lost = exitCode !== 0 && failed === 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed + lost} failed\n`)
process.exit(exitCode)

async function run(args: string[]) {
  const child = Bun.spawn([process.execPath, ...args], { stdin: 'ignore', stdout: 'inherit', stderr: 'pipe' })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk)
    text = (text + decoder.decode(chunk, { stream: true })).slice(-10_000)
  }
  const exitCode = await child.exited
  return { exitCode, passed: count(text, 'pass'), failed: count(text, 'fail') }
}

/** Of the summary's line ` 12 pass`; colours are off when the output is no terminal. */
function count(text: string, word: string): number {
  return Number(text.match(new RegExp(`^\\s*(\\d+) ${word}$`, 'm'))?.[1] ?? 0)
}

export {}
