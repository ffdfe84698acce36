/** The one folder whose files may be replayed: whoever may create a provider reads nothing else of this machine by it. */
import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../errors/failure'
import { errnoOf } from '../files/reason'

export class ReplayFolder {
  private readonly absolute: string

  /**
   * @param directory as it is configured; need not be there yet.
   * @param refused what is told of a name that does not lead to a file in it.
   */
  constructor(
    readonly directory: string,
    private readonly refused: (message: string, hint: string) => Failure = unreplayable,
  ) {
    this.absolute = resolve(directory)
  }

  /**
   * Where a file really lies, or would lie. What leads out is refused in the same words whether or not anything is there.
   * @param name its path from here, or a path that leads into here.
   * @throws Failure `refused`; invalid_provider unless it was given.
   */
  find(name: string): string {
    const path = join(this.absolute, this.within(name))
    try {
      const real = realpathSync.native(path)
      if (real.startsWith(realpathSync.native(this.absolute) + sep)) return real
    } catch (error) {
      if (!this.leadsOut(path)) {
        // it may be meant from elsewhere
        if (errnoOf(error) === 'ENOENT' && !this.leadsHere(name)) throw this.refusal(`${path} does not exist`)
        return path
      }
    }
    throw this.outside(name)
  }

  /** @throws Failure for what leads out by its mere words. */
  private within(name: string): string {
    if (name.includes('\0')) throw this.outside(name)
    const within = this.leadsHere(name) ?? this.fromHere(resolve(this.absolute, name))
    if (within === undefined) throw this.outside(name)
    return within
  }

  /** From here, what is written as a path that leads here from elsewhere. */
  private leadsHere(name: string): string | undefined {
    return this.fromHere(resolve(name))
  }

  private fromHere(path: string): string | undefined {
    const root = [this.absolute, realOf(this.absolute)].find((one) => path.startsWith(one + sep))
    return root && relative(root, path)
  }

  /** Whether a path that cannot be followed to its end leaves the folder as far as it goes, or is a link to nowhere. */
  private leadsOut(path: string): boolean {
    if (isLink(path)) return true
    const folder = dirname(path)
    if (folder.length <= this.absolute.length) return false
    const real = realOf(folder)
    return real === folder ? this.leadsOut(folder) : !`${real}${sep}`.startsWith(realOf(this.absolute) + sep)
  }

  private outside(name: string): Failure {
    return this.refusal(`${JSON.stringify(name)} is not in ${this.directory}, the folder of what may be replayed`)
  }

  private refusal(message: string): Failure {
    const hint = `put the file into ${this.directory} and give its path from there, or name its folder as replay.directory in the configuration`
    return this.refused(message, hint)
  }
}

function unreplayable(message: string, hint: string): Failure {
  const problems = [{ path: 'file', message }]
  return new Failure('invalid_provider', `the recording cannot be replayed: ${message}`, { problems }, hint)
}

/** The path itself where it cannot be followed. */
function realOf(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}
