/** What bun.lock says of the packages of npm: their versions, the digests of what was fetched, and who needs whom. */
import { join } from 'node:path'

export interface Locked {
  readonly name: string
  readonly version: string
  /** SHA-512 of the package, in hex. */
  readonly sha512: string
  /** The keys of those that it needs. */
  readonly needs: readonly string[]
}

type Dependencies = Readonly<Record<string, string>>

interface Details {
  readonly dependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
}

interface LockFile {
  readonly packages: Readonly<Record<string, readonly [string, string, Details, string]>>
}

/** By the place in node_modules: `a/b` is the b within a, where that is another one than b. */
export async function readLock(root: string): Promise<ReadonlyMap<string, Locked>> {
  const { packages } = Bun.JSONC.parse(await Bun.file(join(root, 'bun.lock')).text()) as LockFile
  const locked = Object.entries(packages).map(([key, [resolved, , details, integrity]]) => {
    const at = resolved.lastIndexOf('@')
    const names = Object.keys({ ...details.dependencies, ...details.optionalDependencies })
    const needs = names.flatMap((name) => placeOf(packages, key, name) ?? [])
    const sha512 = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
    return [key, { name: resolved.slice(0, at), version: resolved.slice(at + 1), sha512, needs }] as const
  })
  return new Map(locked)
}

/** As modules are resolved: within the package itself, then further out. Undefined for what is not installed. */
function placeOf(packages: LockFile['packages'], within: string, name: string): string | undefined {
  const key = within === '' ? name : `${within}/${name}`
  if (Object.hasOwn(packages, key)) return key
  return within === '' ? undefined : placeOf(packages, outer(within), name)
}

const outer = (key: string): string => key.replace(/(?:^|\/)(?:@[^/]+\/)?[^/]+$/, '')
