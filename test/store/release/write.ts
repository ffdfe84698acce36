/**
 * Writes the data folder of a release, as a fixture for `test/store/release.test.ts`:
 *
 *   git worktree add /tmp/release <commit> && make -C /tmp/release setup
 *   bun test/store/release/write.ts /tmp/release test/store/release/<tables>.tar.gz
 *
 * A gateway of that commit trades a recording and is killed with orders open, a provider and an instance stopped and
 * another instance running. Beside the folder it keeps what the gateway answered last.
 */
import { Database } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway } from '../../gateway'
import { ANSWERS, PATHS } from './paths'

const [release = '', archive = ''] = process.argv.slice(2)
const SOURCE = `module.exports = {
  metadata: { name: 'ladder', tag: 'v1', displayName: 'Ladder', description: 'orders of every end', events: ['Trade', 'ExecReport'],
    config: [{ name: 'size', type: 'string', default: '3' }] },
  create({ runtime, helpers, config }) {
    let seen = 0
    const buy = (price, more) => runtime.submit({ side: 'buy', type: 'limit', quantity: config.size, price, ...more })
    return {
      onTrade() {
        helpers.state.seen = ++seen
        helpers.log('trade', seen)
        if (seen === 1) {
          buy('99')
          buy('90.5', { clientTag: 'rests' })
          buy('80', { postOnly: true })
          helpers.state.away = runtime.submit({ side: 'sell', type: 'limit', quantity: '0.123456', price: 130.123456 })
          runtime.submit({ side: 'sell', type: 'stopLimit', quantity: '2', stopPrice: '70', price: '69' })
          buy('98', { timeInForce: 'IOC' })
        }
        if (seen === 3) runtime.submitMarketOrder('', 'sell', '1.5')
        if (seen === 4) runtime.cancelOrder(helpers.state.away)
      },
      onOrderFilled(ctx, evt) { helpers.state.filled = evt.payload.clientOrderId },
    }
  },
}
`
const TRADES = [100, 98, 97, 101, 102, 90, 103].map((price, i) => `${1_700_000_000_000 + i * 1000},${price},2`)

await using gateway = await startGateway({
  command: [process.execPath, join(release, 'src/main.ts')],
  config: 'risk: { maxPositionSize: "1000" }\n',
})
const data = join(gateway.folder, 'data')
mkdirSync(join(data, 'replay'), { recursive: true })
await Bun.write(join(data, 'replay/trades.csv'), `timestamp,price,quantity\n${TRADES.join('\n')}\n`)
const done = async (answer: ReturnType<typeof gateway.get>) => {
  const { status, text, body } = await answer
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return body
}
await gateway.upload(SOURCE)
const paper = { makerBps: -1, takerBps: 5, cash: { USDT: 5000 } }
const provider = (name: string) => ({
  name,
  enabled: false,
  adapter: { identifier: 'replay', config: { file: 'trades.csv', symbol: 'BTC-USDT', speed: 0, paper } },
})
for (const name of ['past', 'other']) await done(gateway.post('/providers', provider(name)))
const instance = (id: string, providers: string[], config = {}) => ({
  id,
  strategy: { identifier: 'ladder:v1', config: { dry_run: false, ...config } },
  scope: Object.fromEntries(providers.map((name) => [name, { symbols: ['BTC-USDT'] }])),
  autostart: true,
})
await done(gateway.post('/strategy/instances', instance('long-runner', ['past'])))
await done(
  gateway.post('/strategy/instances', instance('two-accounts.and-a-long-name-of-its-own', ['other'], { size: '2.5' })),
)
await done(gateway.post('/strategy/instances', instance('dry', ['past'], { dry_run: true })))
for (const name of ['past', 'other']) {
  await done(gateway.post(`/providers/${name}/start`))
  await gateway.until(`/providers/${name}`, ({ body }) => body.status === 'finished')
}
for (const id of ['long-runner', 'two-accounts.and-a-long-name-of-its-own', 'dry'])
  await gateway.until(`/strategy/instances/${id}/logs`, ({ text }) => text.includes('trade 7'))
for (const name of ['past', 'other']) await done(gateway.post(`/providers/${name}/stop`))
await done(gateway.post('/strategy/instances/dry/stop'))
await done(gateway.post('/risk/kill', { provider: 'other', reason: 'for the night', cancelOrders: false }))
await done(gateway.post('/strategy/instances/long-runner/stop'))
await done(gateway.post('/strategy/instances/two-accounts.and-a-long-name-of-its-own/stop'))
const answers: Record<string, unknown> = {}
for (const path of PATHS) answers[path] = await done(gateway.get(path))
await gateway.stop('SIGKILL')
// one file instead of two; without the memory of sandboxes, which is large and of use to one engine only
const db = new Database(join(data, 'meltica.db'))
db.run('DELETE FROM checkpoints')
db.run('PRAGMA wal_checkpoint(TRUNCATE)')
db.run('VACUUM')
db.run('PRAGMA wal_checkpoint(TRUNCATE)')
db.close()
await Bun.write(join(gateway.folder, ANSWERS), JSON.stringify(answers, undefined, 1))
const parts = ['data/meltica.db', 'data/replay', 'strategies/ladder', 'strategies/registry.json', ANSWERS]
await Bun.$`tar czf ${archive} -C ${gateway.folder} ${parts}`
