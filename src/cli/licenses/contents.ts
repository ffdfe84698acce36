/** What the program is made of besides itself, by the notices that it carries. */
import notices from './notices.txt' with { type: 'text' }

export interface Part {
  readonly name: string
  /** Absent of what the runtime is linked with: it is as that has it. */
  readonly version?: string
  /** As its authors say: mostly an SPDX expression. */
  readonly licence: string
  /** Where its source is, as a URL. */
  readonly home: string
  /** Where it is: a package of npm in the program, in the runtime Bun, in the engine. */
  readonly within: 'program' | 'runtime' | 'engine'
}

/** Every text of every licence, as it is to be passed on. */
export { notices }

const RUNTIME = /^The runtime is Bun \S+, .*$/m
const ENGINE = /^The engine, sandbox\/engine\.wasm, contains$/m
const PART = /^ {2}(\S.*?)(?: (\S*\d\S*))?, ([^,]+), (https:\/\/\S+)(?: \(.*\))?$/

export function parts(): Part[] {
  const [runtime, engine] = [RUNTIME, ENGINE].map((heading) => notices.search(heading))
  return [
    ...listed(notices.slice(0, runtime), 'program'),
    ...listed(notices.slice(runtime, engine), 'runtime'),
    ...listed(notices.slice(engine), 'engine'),
  ]
}

/** The first lines that are such a list; below them are the texts. */
function listed(text: string, within: Part['within']): Part[] {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => PART.test(line))
  const after = lines.findIndex((line, index) => index > first && !PART.test(line))
  return lines.slice(first, after).map((line) => {
    const [, name = '', version, licence = '', home = ''] = PART.exec(line) ?? []
    return { name, ...(version !== undefined && { version }), licence, home, within }
  })
}
