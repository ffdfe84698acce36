/** Where sandbox hosts keep what they are told, each in a folder of its own: made before they give up the right to make it. */
import { existsSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { errnoOf } from '../files/reason'

/** In the data folder. */
export const INPUTS = 'inputs'

export const inputsFolder = (data: string): string => resolve(data, INPUTS)

/** So that a start that fails leaves nothing: what of a folder, in it and on the way to it is made from now on, and empty at the end, goes. */
export class UnusedFolders implements Disposable {
  private folder: string | undefined
  private readonly known = new Set<string>()

  watch(folder: string): void {
    this.folder = folder
    for (const path of foldersAt(folder)) this.known.add(path)
  }

  [Symbol.dispose](): void {
    if (this.folder === undefined) return
    for (const path of foldersAt(this.folder)) {
      if (this.known.has(path)) continue
      try {
        rmdirSync(path)
      } catch (error) {
        // it is in use
        if (errnoOf(error) === undefined) throw error
      }
    }
  }
}

/** Those in it, itself and those around it, as far as they are there, from the inside out. */
function foldersAt(folder: string): string[] {
  const isFolder = existsSync(folder) && statSync(folder).isDirectory()
  const within = isFolder ? readdirSync(folder).map((name) => join(folder, name)) : []
  const around: string[] = []
  for (let path = folder; path !== dirname(path); path = dirname(path)) if (existsSync(path)) around.push(path)
  return [...within, ...around]
}
