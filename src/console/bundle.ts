/**
 * The console's script and style, bundled. It is imported as a macro: into the binary they come when that is built, and from the
 * sources they are made when a gateway starts. So there is no copy that could fall behind.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ENTRY = join(import.meta.dir, 'page/main.tsx')
const STYLES = ['../looks/look.css', 'page/console.css']
/** In pieces: what draws charts is loaded when there is one to draw. */
const HOW = ['--target=browser', '--format=esm', '--splitting', '--production']
/** Named after what is in them, so that they may be kept for ever. */
const NAMES = ['--entry-naming=[name]-[hash].[ext]', '--chunk-naming=[name]-[hash].[ext]']

interface Piece {
  readonly name: string
  readonly text: string
}

/** The first script is the one that the page begins with. @throws Error where the bundler refuses; it says on standard error what. */
export function consoleBundle(): { readonly scripts: Piece[]; readonly style: string } {
  const out = mkdtempSync(join(tmpdir(), 'meltica-console-'))
  try {
    const { success } = Bun.spawnSync([process.execPath, 'build', ENTRY, ...HOW, ...NAMES, '--outdir', out], {
      stdout: 'ignore',
      stderr: 'inherit',
    })
    if (!success) throw new Error('the console cannot be bundled')
    const scripts = readdirSync(out)
      .sort(
        (one, other) => Number(other.startsWith('main-')) - Number(one.startsWith('main-')) || one.localeCompare(other),
      )
      .map((name) => ({ name, text: readFileSync(join(out, name), 'utf8') }))
    const style = STYLES.map((path) => readFileSync(join(import.meta.dir, path), 'utf8')).join('\n')
    return { scripts, style }
  } finally {
    rmSync(out, { recursive: true })
  }
}
