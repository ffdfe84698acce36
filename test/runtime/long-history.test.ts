/** An account of many executions and no kept state: rebuilt in parts, of which each is kept. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { BTC, everything } from './house'
import { houses } from './houses'
import { buyer } from './strategies'

const { openHouse } = houses()

test('a long history is rebuilt in parts, and what each has made of the account is kept', async () => {
  const provider = { name: 'tape', adapter: { identifier: 'tape', config: { paper: { cash: { USDT: 1_000_000 } } } } }
  const body = {
    id: 'b1',
    strategy: { identifier: 'buyer', config: {} },
    scope: { tape: { symbols: [BTC] } },
    autostart: true,
  }
  const directory = await (async () => {
    await using house = await openHouse()
    await house.upload(buyer)
    await house.runtime.providers.create(provider, 'test')
    await house.runtime.instances.create(body, 'test')
    return house.directory
  })()
  const path = join(directory, 'data/meltica.db')
  const kept = () => {
    using db = new Database(path, { readonly: true })
    return db.query('SELECT seq, model FROM account_states').all()
  }
  {
    using db = new Database(path)
    db.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20050)
       INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
       SELECT 'o' || i, 1, 'tape', '${BTC}', 'buy', '2', '1', '0.5', 'USDT', 'taker', i FROM n`,
    )
  }
  const totals = [{ provider: 'tape', currency: 'USDT', total: String(1_000_000 - 20_050 / 2) }]
  for (const _start of ['first', 'again']) {
    await using house = await openHouse(directory)
    expect(house.runtime.balances.of('b1', everything).items).toMatchObject(totals)
  }
  // the last 50 are fewer than it takes to keep a state
  expect(kept()).toEqual([{ seq: 20_000, model: 'linear' }])
})
