/** Whether a changed file still type-checks: what the compiler refuses needs no test. */
import { join } from 'node:path'
import ts from 'typescript'
import { under } from './areas'

export class Types {
  readonly #root: string
  readonly #options: ts.CompilerOptions
  readonly #service: ts.LanguageService
  #changed = { path: '', source: '', version: 0 }

  /** @param files those whose types count, relative to the root; what src/ declares of others counts too. */
  constructor(root: string, files: readonly string[]) {
    this.#root = root
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['src/main.ts'] }, ts.sys, root)
    this.#options = { ...options, noUnusedLocals: false, noUnusedParameters: false }
    this.#service = ts.createLanguageService(
      this.#host([...files, ...under(root, 'src', '.d.ts')].map((file) => join(root, file))),
    )
  }

  /** @param file relative to the root. */
  accepts(file: string, source: string): boolean {
    const path = join(this.#root, file)
    this.#changed = { path, source, version: this.#changed.version + 1 }
    const wrong = [...this.#service.getSyntacticDiagnostics(path), ...this.#service.getSemanticDiagnostics(path)]
    return wrong.length === 0
  }

  #host(files: string[]): ts.LanguageServiceHost {
    const read = (path: string) => (path === this.#changed.path ? this.#changed.source : ts.sys.readFile(path))
    return {
      getScriptFileNames: () => files,
      getScriptVersion: (path) => (path === this.#changed.path ? String(this.#changed.version) : '0'),
      getScriptSnapshot: (path) => {
        const text = read(path)
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
      },
      getCurrentDirectory: () => this.#root,
      getCompilationSettings: () => this.#options,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      directoryExists: (path) => ts.sys.directoryExists(path),
      getDirectories: (path) => ts.sys.getDirectories(path),
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
    }
  }
}
