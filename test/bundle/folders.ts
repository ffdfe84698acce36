/** Folders of an author: files beside each other, and the packages of the field. */
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readStrategyFile } from '../../src/bundle/strategy-file'
import type { Diagnostic } from '../../src/schema/metadata'
import { folder } from '../backtest/backtests'

const PACKAGES = join(import.meta.dir, '../../node_modules')

/** @param files by their path from the folder. @param hasPackages those of the project can be imported. */
export async function authorFolder(files: Readonly<Record<string, string>>, hasPackages = false) {
  const home = await folder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home.path, name)), { recursive: true })
    await Bun.write(join(home.path, name), text)
  }
  if (hasPackages) await symlink(PACKAGES, join(home.path, 'node_modules'))
  return home
}

/** The text of a bundle. */
export async function bundled(path: string): Promise<string> {
  const read = await readStrategyFile(path)
  if ('diagnostics' in read) throw new Error(JSON.stringify(read.diagnostics))
  return new TextDecoder().decode(read.bytes)
}

/** What is said of the file `name` among others. */
export async function refusalsOf(
  files: Readonly<Record<string, string>>,
  name: string,
): Promise<readonly Omit<Diagnostic, 'hint'>[]> {
  await using home = await authorFolder(files)
  const read = await readStrategyFile(join(home.path, name))
  return 'diagnostics' in read ? read.diagnostics.map(({ hint: _, ...rest }) => rest) : []
}
