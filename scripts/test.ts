/**
 * Runs the tests and closes with one line that says how many passed, failed and, where tools are missing, were skipped.
 * What a contract suite skips with its reason is counted apart.
 * `--coverage` fails under 70 % of lines.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isStrict, missingTools } from '../test/tools'

const MIN_COVERAGE_PERCENT = 70
const LCOV = 'coverage/lcov.info'
/** What is covered is counted within one process. */
const SIDE_BY_SIDE = process.argv.includes('--coverage') ? [] : ['--parallel=3', '--no-isolate']
/**
 * Each new sandbox has the whole heap of its process looked at for what is no longer used: where there are many, they go
 * first, while little is in it, and the rest has processes of its own.
 */
const EARLY = ['test/sandbox', 'test/sandbox-host', 'test/registry', 'test/hostile', 'test/compiler', 'test/bundle']
const ROUNDS = [EARLY, EARLY.flatMap((folder) => ['--path-ignore-patterns', `${folder}/**`])]
/** A promise of a contract that one of those who are held to it does not make, as a suite writes it: see test/skipped.ts. */
const REASONED = /^\(skip\) .* \(skipped: .+\)$/gm

/**
 * As sandbox hosts have it, for the processes that run tests: beyond some 150 sandboxes each new one would have the whole
 * heap looked at for what is no longer used. And what tests run, they run too briefly for the last tier of the compiler
 * to pay; processes that they start by their own environment have it.
 */
const ENGINE = { BUN_JSC_maxNumWasmFastMemories: '2000', BUN_JSC_useFTLJIT: '0' }

interface Round {
  readonly exitCode: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly explained: number
}

for (const line of missingTools()) process.stderr.write(`${line}\n`)
const args = ['--timeout', '60000', ...SIDE_BY_SIDE, ...process.argv.slice(2)]
const rounds: Round[] = []
for (const files of process.argv.length === 2 && EARLY.some((folder) => existsSync(folder)) ? ROUNDS : [[]])
  rounds.push(await run(['test', ...args, ...files]))
const sum = (key: keyof Round) => rounds.reduce((all, round) => all + round[key], 0)
const exitCode = Math.max(...rounds.map((round) => round.exitCode))
const [passed, failed, skipped, explained] = [sum('passed'), sum('failed'), sum('skipped'), sum('explained')]
const uncovered = process.argv.includes('--coverage') ? await coverageProblem() : undefined
const left = isStrict && skipped > explained ? 'no test may be skipped here without a reason' : undefined
const ended = exitCode || (uncovered || left ? 1 : 0)
const lost = ended !== 0 && failed === 0 ? 1 : 0
for (const said of [uncovered, left]) if (said) process.stderr.write(`${said}\n`)
if (explained > 0) process.stderr.write(`${explained} promises of contracts are skipped, each with its reason\n`)
const unexplained = skipped > explained ? `, ${skipped - explained} skipped` : ''
process.stdout.write(`${passed} passed, ${failed + lost} failed${unexplained}\n`)
process.exit(ended)

/** What tests leave in the folder for temporary files, killed processes above all, is gone in the end. */
async function run(args: string[]): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-tests-'))
  const env = { ...process.env, ...ENGINE, TMPDIR: folder }
  const child = Bun.spawn([process.execPath, ...args], { env, stdin: 'ignore', stdout: 'inherit', stderr: 'pipe' })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk)
    text = (text + decoder.decode(chunk, { stream: true })).slice(-100_000)
  }
  const exitCode = await child.exited
  rmSync(folder, { recursive: true, force: true })
  // when there are many tests, those that were skipped are listed once more in the end
  const explained = text.slice(Math.max(0, text.lastIndexOf(' skipped:\n'))).match(REASONED)?.length ?? 0
  return { exitCode, passed: count(text, 'pass'), failed: count(text, 'fail'), skipped: count(text, 'skip'), explained }
}

/** The number in the summary's line ` 12 pass`; colours are off when the output is no terminal. */
function count(text: string, word: string): number {
  return Number(text.match(new RegExp(`^\\s*(\\d+) ${word}$`, 'm'))?.[1] ?? 0)
}

/** What is wrong with the coverage of all lines together: Bun asks its own threshold of each file. */
async function coverageProblem(): Promise<string | undefined> {
  const lcov = await Bun.file(LCOV).text()
  const sum = (key: string) =>
    [...lcov.matchAll(new RegExp(`^${key}:(\\d+)$`, 'gm'))].reduce((all, [, n]) => all + Number(n), 0)
  const percent = (sum('LH') / sum('LF')) * 100
  process.stderr.write(`coverage: ${percent.toFixed(1)} % of lines\n`)
  return percent >= MIN_COVERAGE_PERCENT ? undefined : `coverage is under ${MIN_COVERAGE_PERCENT} % of lines`
}
