/** One end of the channel, with a process at the other that reads when it is told to, or says again what it hears. */
import { expect, test } from 'bun:test'
import { Channel, HOST_END } from '../../src/protocol/channel'
import { checkToHost } from '../../src/protocol/check'
import type { ToHost } from '../../src/protocol/messages'
import { until } from '../until'

const MIB = 1 << 20

/** @param script what reads and writes at descriptor 3, after a line of its standard input where it waits for one. */
function connected(script: string) {
  const child = Bun.spawn(['sh', '-c', script], { stdio: ['pipe', 'ignore', 'inherit', 'socket-fd'] })
  const heard: ToHost[] = []
  const closed = Promise.withResolvers<void>()
  const refusals: string[] = []
  const channel: Channel<ToHost, ToHost> = new Channel(child.stdio[HOST_END]!, checkToHost, {
    heard: (message) => void heard.push(message),
    refused: ({ message }) => void refusals.push(message),
    closed: () => closed.resolve(),
  })
  return { child, channel, heard, refusals, closed: closed.promise }
}

const words = (length: number): ToHost => ({ kind: 'words', records: new Uint8Array(length).fill(length % 251) })

test('what the other side has not taken is counted, and that it has taken all is told', async () => {
  const { child, channel, closed } = connected('read line; exec cat <&3 >/dev/null')
  await channel.taken()
  expect(channel.backlog).toBe(0)
  for (let i = 0; i < 16; i++) channel.send(words(MIB))
  await until(() => channel.backlog < 16 * MIB)
  expect(channel.backlog).toBeGreaterThan(MIB)
  await child.stdin.write('go\n')
  await child.stdin.flush()
  await channel.taken()
  expect(channel.backlog).toBe(0)
  child.kill('SIGKILL')
  await closed
})

test('nobody waits for the other side when that is gone, and what it is sent then is lost', async () => {
  const { child, channel, closed } = connected('read line')
  for (let i = 0; i < 16; i++) channel.send(words(MIB))
  const taken = channel.taken()
  child.kill('SIGKILL')
  await Promise.all([taken, closed])
  expect(channel.backlog).toBe(0)
  channel.send(words(MIB))
  expect(channel.backlog).toBe(0)
})

test('messages arrive whole and in their order, larger and smaller than what the socket takes at once', async () => {
  const { child, channel, heard } = connected('exec cat <&3 >&3')
  const sent = [0, 1, 3 * MIB, 7, 1000, 2 * MIB + 1, 200_000, 5].map(words)
  for (const message of sent) channel.send(message)
  await until(() => heard.length === sent.length)
  expect(heard.every((message, at) => Bun.deepEquals(message, sent[at]))).toBe(true)
  await channel.taken()
  channel.send({ kind: 'ping' })
  await until(() => heard.length === sent.length + 1)
  expect([heard.at(-1), channel.backlog]).toEqual([{ kind: 'ping' }, 0])
  child.kill('SIGKILL')
})

test('an end that is closed ends the other one, and sends nothing any more', async () => {
  const { child, channel, heard, closed } = connected('exec cat <&3 >&3')
  channel.send({ kind: 'ping' })
  await until(() => heard.length === 1)
  channel.close()
  channel.send(words(MIB))
  expect(channel.backlog).toBe(0)
  expect(await child.exited).toBe(0)
  await closed
})

test('what comes behind bytes that are no message is not heard, and it is said once why', async () => {
  const { child, channel, heard, refusals, closed } = connected('exec cat <&3 >&3')
  channel.send({ kind: 'ping' })
  await until(() => heard.length === 1)
  // a head that announces a form of no meaning
  const wrong = connected(`printf '\\001\\000\\000\\000\\011x' >&3; exec cat <&3 >&3`)
  await until(() => wrong.refusals.length > 0)
  for (let i = 0; i < 3; i++) wrong.channel.send({ kind: 'ping' })
  await wrong.channel.taken()
  wrong.child.kill('SIGKILL')
  child.kill('SIGKILL')
  await Promise.all([closed, wrong.closed])
  expect([refusals, wrong.refusals, wrong.heard]).toEqual([[], ['there are no messages of the form 9'], []])
})
