/** How the files of a bundle are called: the same wherever its folder stands. */
import { relative, resolve } from 'node:path'

export interface Names {
  /** @param path absolute, or as Bun has it, from the working directory. */
  readonly of: (path: string) => string
}

/** @param folder of the entry: files are named as from there, those of packages from `node_modules/`. */
export function namesFrom(folder: string): Names {
  return {
    of: (path) => {
      if (/^(?!file:)[a-z]{2,}:/.test(path)) return path.replace(/^[a-z]+:/, '')
      const whole = resolve(path).replaceAll('\\', '/')
      const at = whole.lastIndexOf('/node_modules/')
      return at < 0 ? relative(folder, whole).replaceAll('\\', '/') : whole.slice(at + 1)
    },
  }
}
