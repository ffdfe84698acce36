/** Orders that ask for shares, on a gateway: what is kept of them, and what risk limits make of them. */
import { expect, test } from 'bun:test'
import { finish } from '../../src/store/reading'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'

const { openHouse } = houses()

const strategy = (orders: string) => `module.exports = {
  metadata: { name: 'sharer', tag: 'v1', displayName: 'Sharer', config: [], events: ['Trade', 'ExecReport'] },
  create({ runtime, helpers }) {
    const tell = (ctx, evt, p) => helpers.log(p.state, p.quantity, p.filledQuantity, p.rejectReason ?? '')
    let done = helpers.state.done
    return {
      onTrade() {
        if (done) return
        done = helpers.state.done = true
        try { ${orders} } catch (error) { helpers.log(error.message) }
      },
      onOrderAcknowledged: tell, onOrderFilled: tell, onOrderRejected: tell,
    }
  },
}`

async function launch(house: House, source: string): Promise<void> {
  await house.upload(source)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  const instance = { identifier: 'sharer', config: { dry_run: false } }
  await house.runtime.instances.create(
    { id: 's', strategy: instance, scope: { tape: { symbols: [BTC] } }, autostart: true },
    'test',
  )
}

const orders = (house: House) =>
  finish(house.runtime.records.orders('s', everything))
    .items.reverse()
    .map(({ type, quantity, asked, state, filledQuantity }) => ({ type, quantity, asked, state, filledQuantity }))

test('the journal has what was asked and what it became, over a restart too', async () => {
  const stop = `runtime.submit({ side: 'buy', type: 'stop', quantity: '50%', stopPrice: '40000' })`
  const asked = { quantity: '50%' }
  // 1000 at 20000 with the fee of a taker, and 5000 at 40000 without any
  const limited = {
    type: 'limit',
    quantity: '0.0499',
    asked: { quantity: '10%' },
    state: 'ACK',
    filledQuantity: '0',
  } as const
  let directory: string
  {
    await using house = await openHouse()
    directory = house.directory
    await launch(house, strategy(`runtime.submitOrder('', 'buy', '10%', '20000'); ${stop}`))
    house.tape.trades('tape', BTC, '25000')
    await until(() => house.lines('s').length === 2)
    const stopped = { type: 'stop', quantity: '0.125', asked, state: 'ACK', filledQuantity: '0' } as const
    expect(orders(house)).toEqual([limited, stopped])
  }
  await using again = await openHouse(directory)
  again.tape.trades('tape', BTC, '50000')
  await until(() => again.lines('s').some((line) => line.startsWith('FILLED')))
  expect(again.lines('s')).toContain('FILLED 0.0999 0.0999 ')
  const filled = { type: 'stop', quantity: '0.0999', asked, state: 'FILLED', filledQuantity: '0.0999' } as const
  expect(orders(again)).toEqual([limited, filled])
})

test('no share is a way around a limit: it is judged by the last price, and again when it is settled', async () => {
  await using house = await openHouse()
  house.runtime.risk.setLimits({ maxPositionSize: '0.3' }, 'ops')
  await launch(
    house,
    strategy(`runtime.submitMarketOrder('', 'buy', '75%')
      runtime.submitOrder('', 'buy', '100%', '20000')`),
  )
  house.tape.trades('tape', BTC, '25000')
  await until(() => house.lines('s').length === 2)
  house.tape.trades('tape', BTC, '20000')
  await until(() => house.lines('s').length === 3)
  const reason = `the position in ${BTC} could become 0.3746, the limit is 0.3`
  expect(house.lines('s').toSorted()).toEqual([
    'ACK 0.3 0 ',
    `REJECTED 0.3746 0 ${reason}`,
    `the position in ${BTC} could become 0.425, the limit is 0.3`,
  ])
  expect(orders(house)).toMatchObject([{ quantity: '0.3746', asked: { quantity: '75%' }, state: 'REJECTED' }])
})
