/**
 * JavaScriptCore compiles wasm in the background as it gets hot: the first seconds of a fresh process
 * run at half speed, and the first runaway strategy would take twice its time. Some work in a sandbox
 * of its own before the host takes any: loops, generators, promises, objects.
 */

import type { Engine } from '../sandbox/engine'
import { NO_HOST } from '../sandbox/no-host'
import { RecordWriter } from '../sandbox/records'
import { Sandbox } from '../sandbox/sandbox'

const SOURCE = `module.exports = { create: () => ({
  onTrade(ctx, evt, payload, price) {
    function* numbers() { for (let i = 0; i < 500; i++) yield i }
    let sum = price
    for (const n of numbers()) sum += n
    for (let i = 0; i < 5000; i++) sum += i % 7
    const entries = [evt.symbol, payload.side].map((text, i) => ({ text, i }))
    return JSON.stringify(entries).length + sum
  },
}) }`
const EVENTS = 100

/** @throws Error when the engine does not do what it should. */
export async function warmUp(engine: Engine): Promise<void> {
  using sandbox = new Sandbox(engine, NO_HOST)
  const compiled = sandbox.compile(SOURCE, 'warm-up.js')
  if ('diagnostic' in compiled) throw new Error(compiled.diagnostic.message)
  const loaded = sandbox.load(compiled.bytecode)
  if ('fault' in loaded) throw new Error(loaded.fault.message)
  const started = sandbox.start({ config: {}, providers: ['p'], symbols: ['S'], dryRun: true, tradingActive: true })
  if ('fault' in started) throw new Error(started.fault.message)
  const writer = new RecordWriter()
  const head = { eventId: '', provider: 'p', symbol: 'S', sequence: 0, timeMs: 0 }
  for (let i = 0; i < EVENTS; i++) {
    writer.trade(head, { tradeId: `${i}`, side: 'Buy', price: '1', quantity: '1', timestamp: 0 })
  }
  for (let done = 0; done < writer.count; ) {
    const { consumed, fault } = await sandbox.deliverSuspending(writer.from(done), writer.words)
    if (fault) throw new Error(fault.message)
    done += consumed
  }
}
