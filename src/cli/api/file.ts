/** Answers that are kept in files. */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../../errors/failure'

/** Whole or not at all. @throws Failure file_unwritable. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.tmp`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new Failure(
      'file_unwritable',
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
