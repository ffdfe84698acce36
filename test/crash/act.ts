/** One change of a registry in a process of its own, which may be ended in the midst of it. */
import { inProcessCompiler } from '../../src/compiler/compile'
import { failPointAt } from '../../src/registry/fail-point'
import { Registry } from '../../src/registry/registry'
import { loadEngine } from '../../src/sandbox/engine'
import { ACTIONS, HEALING, REFRESH } from './actions'

const [directory = '', action = '', failPoint = ''] = process.argv.slice(2)

function end(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

await using registry = await Registry.open({
  directory,
  compiler: inProcessCompiler(await loadEngine()),
  now: Date.now,
  failPoint: failPointAt(failPoint, end),
})
await ({ ...ACTIONS, 'a refresh': REFRESH }[action] ?? HEALING).act(registry)
process.stdout.write('acknowledged')
