/**
 * Where the results of backtests lie:
 *
 *   <data>/backtests/<id>/result.json   as `meltica backtest --json` writes it
 *   <data>/backtests/<id>/report.html   as `--report` does
 *
 * The command puts each in its place when it is whole. Whatever lies there of no backtest that is kept goes at a start.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../errors/failure'
import { unwritable } from '../../files/unwritable'

const RESULT = 'result.json'
const REPORT = 'report.html'

export type BacktestFile = 'result' | 'report'

export class BacktestFolder {
  /** @param directory absolute. */
  constructor(private readonly directory: string) {}

  path(id: number, file: BacktestFile): string {
    return join(this.folderOf(id), file === 'result' ? RESULT : REPORT)
  }

  /** An empty folder, whatever was there. @throws Failure file_unwritable. */
  make(id: number): void {
    this.remove(id)
    try {
      mkdirSync(this.folderOf(id), { recursive: true })
    } catch (error) {
      throw unwritable(this.folderOf(id), error)
    }
  }

  /**
   * What a power cut does not take away any more.
   * @returns the size of both, in bytes. @throws Failure file_unwritable.
   */
  async keep(id: number): Promise<number> {
    const paths = [this.path(id, 'result'), this.path(id, 'report')]
    try {
      for (const path of [...paths, this.folderOf(id), this.directory]) {
        await using file = await open(path)
        await file.sync()
      }
      return paths.reduce((sum, path) => sum + statSync(path).size, 0)
    } catch (error) {
      throw error instanceof Failure ? error : unwritable(this.folderOf(id), error)
    }
  }

  remove(id: number): void {
    rmSync(this.folderOf(id), { recursive: true, force: true })
  }

  /** Removes what is of none of these. */
  tidy(ids: ReadonlySet<number>): void {
    const known = new Set([...ids].map(String))
    for (const name of namesIn(this.directory)) {
      if (!known.has(name)) rmSync(join(this.directory, name), { recursive: true, force: true })
    }
  }

  private folderOf(id: number): string {
    return join(this.directory, String(id))
  }
}

/** None of a folder that is not there yet. */
function namesIn(directory: string): string[] {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(directory) : []
}
