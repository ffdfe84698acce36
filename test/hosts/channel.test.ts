/** One end of the channel, with a process at the other that reads when it is told to. */
import { expect, test } from 'bun:test'
import { Channel, HOST_END } from '../../src/hosts/channel'
import type { FromHost, ToHost } from '../../src/hosts/protocol'
import { until } from '../until'

const MIB = 1 << 20

test('what the other side has not taken is counted, and that it has taken all is told', async () => {
  const child = Bun.spawn(['sh', '-c', 'read line; exec cat <&3 >/dev/null'], {
    stdio: ['pipe', 'ignore', 'inherit', 'socket-fd'],
  })
  const closed = Promise.withResolvers<void>()
  const channel: Channel<FromHost, ToHost> = new Channel(child.stdio[HOST_END]!, {
    heard: () => undefined,
    closed: () => closed.resolve(),
  })
  await channel.taken()
  expect(channel.backlog).toBe(0)
  for (let i = 0; i < 16; i++) channel.send({ kind: 'words', records: new Uint8Array(MIB) })
  await until(() => channel.backlog < 16 * MIB)
  expect(channel.backlog).toBeGreaterThan(MIB)
  await child.stdin.write('go\n')
  await child.stdin.flush()
  await channel.taken()
  expect(channel.backlog).toBe(0)
  child.kill('SIGKILL')
  await closed.promise
})

test('nobody waits for the other side when that is gone', async () => {
  const child = Bun.spawn(['sh', '-c', 'read line'], { stdio: ['pipe', 'ignore', 'inherit', 'socket-fd'] })
  const channel: Channel<FromHost, ToHost> = new Channel(child.stdio[HOST_END]!, {
    heard: () => undefined,
    closed: () => undefined,
  })
  for (let i = 0; i < 16; i++) channel.send({ kind: 'words', records: new Uint8Array(MIB) })
  const taken = channel.taken()
  child.kill('SIGKILL')
  await taken
  expect(channel.backlog).toBe(0)
})
