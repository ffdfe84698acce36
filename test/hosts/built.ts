/** A script of these tests as a program of its own, which comes up in half the time: for those that die often. */
import { basename, join } from 'node:path'

/** @param script from this folder, without its ending. @param folder where it is put. @returns its command line. */
export async function built(script: string, folder: string): Promise<string[]> {
  const outfile = join(folder, basename(script))
  await Bun.build({
    entrypoints: [join(import.meta.dir, `${script}.ts`)],
    compile: { outfile },
    bytecode: true,
    format: 'esm',
    minify: true,
  })
  return [outfile]
}
