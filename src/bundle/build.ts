/** One CommonJS text with an inline source map out of a strategy and all that it imports. */
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { STANDARD } from '../files/input'
import type { Diagnostic } from '../schema/metadata'
import { MAX_SOURCE_BYTES } from '../schema/source-size'
import { absentIn } from './absent'
import { Imports, packageOf, wantedPaths } from './imports'
import { inlineComment, renamedMap } from './map'
import { type Names, namesFrom } from './names'
import { type Problem, resolution, STANDARD_INPUT } from './resolution'
import { tooLarge } from './size'

/** Macros would run at bundling, outside of every sandbox. Bun has the option, its types do not. */
const WITHOUT_MACROS = { macros: false }

export type StrategyText = (
  | { readonly bytes: Uint8Array }
  | {
      readonly diagnostics: readonly Diagnostic[]
    }
) & {
  /** Absolute paths of what it was made of, and of what was looked for and is not there. */
  readonly files: readonly string[]
}

/** @param text of the entry, which standard input cannot give twice. */
export async function bundle(path: string, text: string): Promise<StrategyText> {
  const entry = path === STANDARD ? STANDARD_INPUT : realpathSync(path)
  const names = namesFrom(path === STANDARD ? process.cwd() : dirname(entry))
  const problems: Problem[] = []
  const imports = new Imports()
  const built = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    format: 'cjs',
    sourcemap: 'external',
    metafile: true,
    throw: false,
    env: 'disable',
    ...WITHOUT_MACROS,
    // nothing of a machine gets into the file
    define: {
      'process.env.NODE_ENV': '"production"',
      __dirname: '"."',
      __filename: '"."',
      'import.meta.url': '"file:///"',
      'import.meta.dir': '"."',
      'import.meta.path': '"."',
    },
    plugins: [resolution(entry, text, problems, imports)],
  })
  const found = [
    ...problems.map((problem) => ofProblem(problem, names)),
    ...built.logs.flatMap((log) => told(log, names)),
  ]
  const files = [...imports.files, ...built.logs.flatMap(wantedBy)]
  const [code, map] = ['entry-point', 'sourcemap'].map((kind) => built.outputs.find((output) => output.kind === kind))
  if (found.length > 0 || !code || !map || !built.metafile) return { diagnostics: inOrder(found), files }
  const output = Object.values(built.metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  const inputs = output?.inputs ?? {}
  const commonJs = (await code.text()).replace(/\n\/\/# debugId=.*\s*$/, '\n').trimEnd()
  const renamed = renamedComments(`${commonJs}\n`, Object.keys(built.metafile.inputs), names)
  const sourceMap = renamedMap(await map.text(), names, entry, renamed.split('\n').length)
  const absent = absentIn(renamed, sourceMap)
  if (absent.length > 0) return { diagnostics: inOrder(absent), files }
  const bytes = new TextEncoder().encode(`${renamed}${inlineComment(sourceMap)}`)
  if (bytes.length <= MAX_SOURCE_BYTES) return { bytes, files }
  return { diagnostics: [tooLarge(bytes.length, inputs, names)], files }
}

/** Bun heads each file by its path as from the working directory. */
function renamedComments(code: string, inputs: readonly string[], names: Names): string {
  const known = new Set(inputs)
  return code.replace(/^\/\/ (.+)$/gm, (line, path: string) => (known.has(path) ? `// ${names.of(path)}` : line))
}

function ofProblem({ file, message, hint, ...place }: Problem, names: Names): Diagnostic {
  return { stage: 'compile', message, file: names.of(file), ...place, hint }
}

const missingIn = (message: string): string | undefined => /^Could not resolve: "([^"]*)"/.exec(message)?.[1]

/** Where the file may come to be that an import asks for in vain. */
function wantedBy({ message, position }: BuildMessage | ResolveMessage): string[] {
  const missing = missingIn(message)
  return missing === undefined || !position?.file ? [] : wantedPaths(missing, resolve(position.file))
}

/** What Bun says, of errors. */
function told(log: BuildMessage | ResolveMessage, names: Names): Diagnostic[] {
  if (log.level !== 'error') return []
  const { position } = log
  const place = position?.file ? { file: names.of(position.file), line: position.line, column: position.column } : {}
  return [{ stage: 'compile', ...sentenceOf(log.message, names), ...place }]
}

function sentenceOf(message: string, names: Names): { readonly message: string; readonly hint: string } {
  if (/^Macros are disabled|"macro"|^Could not resolve: "macro:/i.test(message)) {
    return { message: 'macros are not run', hint: "leave { type: 'macro' } and macro: out of the imports" }
  }
  const missing = missingIn(message)
  if (missing !== undefined && /^[./]/.test(missing)) {
    return { message: `there is no file ${missing}`, hint: 'correct the path of the import' }
  }
  if (missing !== undefined) {
    const hint = `install it beside the strategy, as by npm install ${packageOf(missing)}`
    return { message: `the package ${missing} is not installed`, hint }
  }
  if (/^Unexpected <|JSX/i.test(message))
    return { message: `${message}: a strategy has no JSX`, hint: 'write plain code' }
  const named = message.replace(/ in "([^"]*)" for import/, (_, path: string) => ` in "${names.of(path)}" for import`)
  return { message: named, hint: 'correct the source at this place' }
}

function inOrder(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ file = '', line = 0, column = 0 }: Diagnostic) => ({ file, line, column })
  const sorted = found.toSorted((one, other) => {
    const [a, b] = [place(one), place(other)]
    return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
  })
  return sorted.length > 0 ? sorted : [{ stage: 'compile', message: 'the file cannot be bundled' }]
}
