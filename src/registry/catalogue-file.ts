/** `registry.json` on the disk, and what we know of it: its rename is the moment of truth of every change. */
import { copyFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Catalogue } from './catalogue'
import { type Disk, isErrno } from './disk'
import { formatRegistry, readRegistry } from './file'
import { type HomePaths, temporaryPath } from './paths'

export class CatalogueFile {
  /** The bytes of the registry file as we last read or wrote it; undefined when there was none. */
  private content: Uint8Array | undefined
  private stamp: string | undefined

  constructor(
    private readonly paths: HomePaths,
    private readonly disk: Disk,
  ) {}

  /** The registry file's text, when others changed it since; undefined when there is none or nothing changed. */
  readIfChanged(): string | undefined {
    const stamp = this.currentStamp()
    if (stamp === undefined || stamp === this.stamp) return undefined
    const content = readRegistry(this.paths.registry)
    this.stamp = stamp
    if (this.content && content.equals(this.content)) return undefined
    this.content = content
    return content.toString()
  }

  /** A registry that can't be read whole is never lost: a copy of it stays, once. */
  quarantine(text: string, timeMs: number): void {
    const prefix = basename(this.paths.registry)
    const kept = readdirSync(this.paths.home).filter((name) => name.startsWith(`${prefix}.broken-`))
    if (kept.some((name) => holdsText(this.paths.absolute(name), text))) return
    copyFileSync(this.paths.registry, this.paths.brokenRegistry(timeMs))
  }

  /** Writes it under its temporary name, where nobody sees it. */
  stage(content: Uint8Array): Promise<void> {
    return this.disk.stage(this.paths.registry, content)
  }

  unstage(): Promise<void> {
    return this.disk.unstage(this.paths.registry)
  }

  /** All of it. @throws Error of the disk. */
  async write(next: Catalogue): Promise<void> {
    const content = formatRegistry(next)
    await this.stage(content)
    await this.publish(content)
  }

  /** The moment of truth. */
  async publish(content: Uint8Array): Promise<void> {
    const { disk, paths } = this
    const before = this.content
    using _ = disk.keepBlocks(paths.registry)
    await disk.publish(paths.registry)
    try {
      await disk.syncFolder(paths.home)
    } catch (error) {
      this.putBack(before)
      throw error
    }
    this.content = content
    this.stamp = this.currentStamp()
  }

  /** The rename may not outlast a loss of power, so it must not be seen either. */
  private putBack(content: Uint8Array | undefined): void {
    const { registry } = this.paths
    if (content === undefined) rmSync(registry, { force: true })
    else {
      writeFileSync(temporaryPath(registry), content)
      renameSync(temporaryPath(registry), registry)
    }
    this.stamp = this.currentStamp()
  }

  private currentStamp(): string | undefined {
    try {
      const { mtimeNs, size, ino } = statSync(this.paths.registry, { bigint: true })
      return `${mtimeNs} ${size} ${ino}`
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined
      throw error
    }
  }
}

function holdsText(path: string, text: string): boolean {
  try {
    return readRegistry(path).toString() === text
  } catch {
    return false
  }
}
