/** A program brought to life: loaded, shown the market, created. */
import { Failure } from '../errors/failure'
import type { LaunchSpec } from '../protocol/launch'
import type { Engine } from '../sandbox/engine'
import { faultMessage } from '../sandbox/fault-message'
import type { StrategyHost } from '../sandbox/host'
import { readProgram } from '../sandbox/program'
import { Sandbox, type Started } from '../sandbox/sandbox'
import { SourceMap } from '../sandbox/source-map'
import type { WordTable } from '../sandbox/words'
import { restoreCheckpoint } from './checkpoint'

export interface Strategy {
  readonly sandbox: Sandbox
  readonly started: Started
}

/** The file's name in stacks and complaints. */
export function fileNameOf(program: Uint8Array): string {
  const { metadata } = readProgram(program)
  const name =
    typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : 'strategy'
  return `${name}.js`
}

/**
 * @param market what it finds when it is created. A restored one has handlers already, which would be called: it waits
 * for the next event.
 * @param words of the market's records.
 * @throws Failure launch_failed with what the strategy did wrong and where.
 */
export function createStrategy(
  engine: Engine,
  host: StrategyHost,
  spec: LaunchSpec,
  tradingActive: boolean,
  market: Uint8Array,
  words: WordTable,
): Strategy {
  const { engineHash, bytecode, sourceMap } = readProgram(spec.program)
  if (engineHash !== engine.hash)
    throw new Error(`the engine was changed under the running gateway, which has to be restarted: ${engine.hash}`)
  const fileName = fileNameOf(spec.program)
  const sandbox = new Sandbox(engine, host)
  if (sourceMap !== undefined) sandbox.sourceMap = new SourceMap(sourceMap)
  if (spec.checkpoint) {
    return { sandbox, started: restoreCheckpoint(sandbox, spec.checkpoint) }
  }
  const loaded = sandbox.load(bytecode)
  if ('fault' in loaded) throw new Failure('launch_failed', faultMessage('the module', fileName, loaded.fault))
  // calls no handler: there is none yet
  if (market.length > 0) sandbox.deliver(market, words)
  const result = sandbox.start({
    config: spec.config,
    providers: spec.scope.map(({ provider }) => provider),
    symbols: [...new Set(spec.scope.flatMap(({ symbols }) => symbols))],
    state: spec.state,
    dryRun: spec.dryRun,
    tradingActive,
  })
  if ('fault' in result) throw new Failure('launch_failed', faultMessage('create', fileName, result.fault))
  return { sandbox, started: result.started }
}
