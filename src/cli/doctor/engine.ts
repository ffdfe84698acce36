/** Whether strategies can be compiled and run here: by doing it once. */
import { compileStrategy } from '../../compiler/compile'
import { reasonOf } from '../../files/reason'
import { loadEngine } from '../../sandbox/engine'
import { type Finding, findingsOf } from './finding'

const { ok, fail } = findingsOf('engine')

/** The smallest there is. */
const SOURCE = `module.exports = {
  metadata: { name: 'probe', displayName: 'Probe', description: '', config: [], events: ['Trade'] },
  create() { return { onTrade() {} } },
}`

export async function checkEngine(): Promise<Finding> {
  const advice =
    'the program is damaged, or the system keeps it from making machine code: MemoryDenyWriteExecute must be off'
  try {
    const engine = await loadEngine()
    const compiled = compileStrategy(engine, new TextEncoder().encode(SOURCE))
    if ('diagnostics' in compiled) return fail(`it does not run: ${compiled.diagnostics[0]?.message}`, advice)
    return ok(`it compiles and runs strategies (${engine.hash.slice(0, 19)})`)
  } catch (error) {
    return fail(`it cannot be loaded: ${reasonOf(error)}`, advice)
  }
}
