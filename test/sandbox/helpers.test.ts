/** `helpers.sleep` and `helpers.state`. */
import { describe, expect, test } from 'bun:test'
import { logsOf, onTrade, stage, trade } from './stage'

describe('helpers.sleep', () => {
  test.each([
    ['250', 250],
    ['0.5', 0.5],
    ["'250ms'", 250],
    ["'1m30s'", 90_000],
    ["'1.5h'", 5_400_000],
    ["'+2s'", 2000],
    ["'.5s'", 500],
    ["'1s500us'", 1000.5],
    ["'3µs'", 0.003],
  ])('%s sleeps', async (argument, ms) => {
    using running = await stage(onTrade(`helpers.sleep(${argument})`))
    running.play(trade(0))
    expect(running.heard.calls.map((call) => Number(call.split(' ')[1]))).toEqual([ms])
  })

  test.each([
    '0',
    '-5',
    'NaN',
    'Infinity',
    "''",
    "'250'",
    "'1 s'",
    "'s'",
    "'-1s'",
    "'1d'",
    "'1.2.3s'",
    'null',
    'undefined',
    '{}',
    '[250]',
    'true',
  ])('%s comes back at once', async (argument) => {
    using running = await stage(onTrade(`helpers.sleep(${argument}); helpers.log('on')`))
    running.play(trade(0))
    expect(running.heard).toMatchObject({ calls: [], logs: ['on'] })
  })

  test('moves the clock, and events that came meanwhile are handled after it', async () => {
    using running = await stage(
      onTrade(
        "helpers.log(Date.now() - 1700000000000); if (evt.seqProvider === 0) helpers.sleep('1500ms'); helpers.log(Date.now() - 1700000000000)",
      ),
    )
    running.play(trade(0), trade(1), trade(2))
    expect(running.heard.logs).toEqual(['0', '1500', '1500', '1500', '2000', '2000'])
  })
})

describe('helpers.state', () => {
  test('comes in as JSON and goes out as JSON', async () => {
    using running = await stage(
      onTrade('helpers.state.count = (helpers.state.count ?? 0) + 1; helpers.state.list.push(price)'),
      {
        environment: { state: '{"count":41,"list":[]}' },
      },
    )
    running.play(trade(0))
    expect(running.sandbox.state()).toEqual({ json: '{"count":42,"list":[100.5]}' })
  })

  test('is replaced as a whole by an assignment, whoever holds it', async () => {
    using running = await stage(
      onTrade(
        'const held = helpers.state; held.old = 1; helpers.state = { fresh: price }; helpers.log(JSON.stringify(held))',
      ),
    )
    running.play(trade(0))
    expect(running.heard.logs).toEqual(['{"fresh":100.5}'])
    expect(running.sandbox.state()).toEqual({ json: '{"fresh":100.5}' })
  })

  test('takes objects only', async () => {
    expect(await logsOf('helpers.state = 5')).toEqual(['TypeError: helpers.state must be an object'])
  })

  test.each([
    [
      'larger than 256 KiB',
      "helpers.state.x = 'ä'.repeat(140000)",
      'helpers.state is 280008 bytes as JSON, and may be 262144',
    ],
    ['no JSON', 'helpers.state.self = helpers.state', 'TypeError: circular reference'],
    ['something else through toJSON', 'helpers.state.toJSON = () => 5', 'TypeError: helpers.state is no plain object'],
  ])('that is %s is a fault that says so', async (_, body, message) => {
    using running = await stage(onTrade(body))
    running.play(trade(0))
    expect(running.sandbox.state()).toMatchObject({ fault: { message } })
    expect(running.sandbox.alive).toBe(true)
  })
})
