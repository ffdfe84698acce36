/** A compiler that traces how long each file takes it. */
import type { Compiler } from '../schema/metadata'
import type { Traces } from '../telemetry/traces'

export const tracedCompiler = (compiler: Compiler, traces: Traces): Compiler => ({
  get engineHash() {
    return compiler.engineHash
  },
  async compile(source) {
    const span = traces.begin('compile', { 'meltica.bytes': source.length })
    try {
      const compilation = await compiler.compile(source)
      span.end()
      return compilation
    } catch (error) {
      span.end(String(error))
      throw error
    }
  },
})
