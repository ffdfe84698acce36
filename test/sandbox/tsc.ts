/** What an author's `tsc` says of files in a folder as `meltica init` makes it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const TEMPLATES = join(ROOT, 'sandbox/templates')

/** What an author has installed beside them. */
const PACKAGES = ['technicalindicators']

export interface TypeError {
  readonly file: string
  readonly line: number
  /** As `2322`. */
  readonly code: string
  /** All lines of it. */
  readonly message: string
}

/** Checks the types of `meltica.d.ts` as well, which the options of the folder pass over with those of packages. */
const ALL = ['--skipLibCheck', 'false']

/**
 * @param files texts by their names.
 * @param flags before the options of the folder.
 */
export async function tsc(files: Readonly<Record<string, string>>, flags = ALL): Promise<TypeError[]> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-types-'))
  try {
    for (const name of ['meltica.d.ts', 'tsconfig.json']) cpSync(join(TEMPLATES, name), join(folder, name))
    mkdirSync(join(folder, 'node_modules'))
    for (const name of PACKAGES) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const program = [process.execPath, '--bun', join(ROOT, 'node_modules/typescript/bin/tsc')]
    const child = Bun.spawn([...program, '-p', folder, '--pretty', 'false', ...flags], {
      cwd: folder,
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const said = await new Response(child.stdout).text()
    const errors = errorsIn(said)
    // whatever else it says, as of its options, is no error at a line
    if ((await child.exited) !== 0 && errors.length === 0) throw new Error(said)
    return errors
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function errorsIn(said: string): TypeError[] {
  return said
    .split(/\n(?! )/)
    .flatMap((text) => {
      const found = /^(?<file>[^()]+)\((?<line>\d+),\d+\): error TS(?<code>\d+): (?<message>.*)$/s.exec(text)?.groups
      if (!found) return []
      const { file = '', line = '', code = '', message = '' } = found
      return [{ file, line: Number(line), code, message }]
    })
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
}
