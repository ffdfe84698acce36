/** Files with secrets in them: readable by their owner alone, written whole or not at all. */
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Takes the place of what was there. A link stays one. @throws the error of the system, with the file as it was. */
export function writePrivate(path: string, text: string): void {
  const target = statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path
  const temporary = `${target}.${process.pid}.tmp`
  try {
    writeSynced(temporary, text)
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
  const folder = openSync(dirname(target), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
