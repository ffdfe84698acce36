/** What every link to a host does, whatever carries its messages. */
import { afterEach, describe, expect, test } from 'bun:test'
import { BUILD } from '../../src/cli/build'
import { HostDied } from '../../src/hosts/death'
import type { Connect, HostLink, HostNotice } from '../../src/hosts/link'
import { ProtocolError } from '../../src/protocol/check'
import { PROTOCOL_VERSION } from '../../src/protocol/version'
import type { Script } from './links/scripted-host'

const SETTINGS = { saveEveryMs: 1000, maxWaiting: 10, maxWaitingBytes: 1000, mostRedoMs: 500 }

/** @param connect to a host that follows the script: `links/scripted-host.ts`. */
export function linkContract(name: string, connect: (script: Script) => Connect): void {
  describe(`a link over ${name}`, () => {
    afterEach(async () => {
      for (const link of links.splice(0)) await link[Symbol.asyncDispose]()
    })
    const links: HostLink[] = []

    async function linked(script: Script = {}, react: (notice: HostNotice) => void = () => undefined) {
      const heard: HostNotice[] = []
      const listener = {
        heard: (notice: HostNotice) => {
          heard.push(notice)
          react(notice)
        },
        wrote: () => undefined,
      }
      const link = await connect(script)(SETTINGS, listener, new AbortController().signal)
      links.push(link)
      return { link, heard }
    }
    const encoder = new TextEncoder()
    const ask = (link: HostLink, source: string) =>
      link.request({ kind: 'compile', number: 1, source: encoder.encode(source) })
    const told = async (link: HostLink, source: string) => {
      const answer = await ask(link, source)
      return 'diagnostics' in answer ? answer.diagnostics[0]!.message : 'a program'
    }
    const states = (heard: readonly HostNotice[]) =>
      heard.flatMap((notice) => (notice.kind === 'state' ? [notice.state] : []))
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))

    test('is up when its host is ready, and says where that runs and by which engine', async () => {
      const { link } = await linked()
      expect([link.dead, link.pending, link.engineHash]).toEqual([false, 0, `sha256:${'0'.repeat(64)}`])
      expect(link.place).not.toBe('')
    })

    test('brings what is sent and asked in its order', async () => {
      const { link } = await linked()
      for (let n = 0; n < 100; n++) link.send({ kind: 'words', records: Uint8Array.of(n) })
      const first = told(link, 'heard')
      link.send({ kind: 'words', records: Uint8Array.of(100) })
      const numbers = (count: number) => Array.from({ length: count }, (_, n) => `words ${n}`).join()
      expect([await first, await told(link, 'heard')]).toEqual([numbers(100), numbers(101)])
    })

    test('brings what the host says in its order, and before the answer that it is said ahead of', async () => {
      const { link, heard } = await linked()
      expect(await told(link, 'states 500')).toBe('said')
      expect(states(heard)).toEqual(upTo(500))
    })

    test('answers each request once, with its own answer', async () => {
      const { link } = await linked()
      const texts = upTo(50)
      const answers = texts.map((text) => told(link, `echo ${text}`))
      expect(link.pending).toBe(50)
      expect(await Promise.all(answers)).toEqual(texts)
      expect(link.pending).toBe(0)
    })

    test('refuses a request that the host would end itself for, and goes on', async () => {
      const { link } = await linked()
      const broken = link
        .request({ kind: 'compile', number: 0, source: Uint8Array.of() })
        .catch((error: unknown) => error)
      expect(await broken).toBeInstanceOf(ProtocolError)
      expect([link.dead, link.pending, await told(link, 'echo on')]).toEqual([false, 0, 'on'])
    })

    test('lets the host see how much of it is not taken, and when all is', async () => {
      const { link, heard } = await linked()
      expect(await told(link, 'flood 16')).toBe('true 0')
      expect(heard.reduce((sum, news) => sum + (news.kind === 'logs' ? news.lines.length : 0), 0)).toBe(16 * 64)
    })

    test('ends once, when all that was said is heard, and tells whoever waits', async () => {
      const { link, heard } = await linked()
      let ends = 0
      void link.ended.then(() => ends++)
      const alsoWaiting = ask(link, 'nothing')
      const waiting = ask(link, 'last 300')
      const death = await link.ended
      expect(states(heard)).toEqual(upTo(300))
      expect([death.kind, death.running, link.dead]).toEqual(['work', 0, true])
      for (const one of [waiting, alsoWaiting, ask(link, 'echo late')]) {
        expect(await one.catch((error: unknown) => error)).toBe(death)
      }
      // lost
      link.send({ kind: 'words', records: Uint8Array.of(1) })
      await link[Symbol.asyncDispose]()
      expect([ends, link.pending, heard.length]).toEqual([1, 0, 300])
    })

    test('names whoever was at work in a host that ends', async () => {
      const { link } = await linked()
      ask(link, 'work 33').catch(() => undefined)
      const death = await link.ended
      expect([death.running, death.isOf(33), death.isOf(34)]).toEqual([33, true, false])
    })

    test('ends when it is let go', async () => {
      const { link } = await linked()
      const waiting = ask(link, 'nothing').catch((error: unknown) => error)
      await link[Symbol.asyncDispose]()
      expect([link.dead, await waiting]).toEqual([true, await link.ended])
    })

    const state = { kind: 'state', number: 1, state: '{}' }
    test.each([
      ['answers twice', 'twice', 'it answers the request 2, which is none, or answered'],
      ['answers what nobody asked', 'unasked', 'it answers the request 1002, which is none, or answered'],
      ['answers something else', 'misfit', 'the answer to "compile" breaks its schema'],
      ['greets again', `say {"kind":"hello","protocol":1,"build":""}`, 'it says "hello" a second time'],
      ['says a message of no kind', 'say {"kind":"dance"}', 'there is no message of the kind "dance"'],
      ['says what only a gateway says', 'say {"kind":"ping"}', 'there is no message of the kind "ping"'],
      [
        'breaks a schema',
        `say ${JSON.stringify({ ...state, number: -1 })}`,
        'a message "state" breaks its schema: number ',
      ],
      [
        'says too much',
        `say ${JSON.stringify({ ...state, more: 1 })}`,
        'a message "state" breaks its schema: more is unknown',
      ],
    ])('ends a host that %s, and blames nobody', async (_, source, reason) => {
      const { link, heard } = await linked()
      const waiting = ask(link, 'nothing').catch((error: unknown) => error)
      ask(link, source).catch(() => undefined)
      const death = await link.ended
      expect(death.message).toStartWith(`it has said what it must not: ${reason}`)
      expect([death.kind, death.isOf(death.running), await waiting, heard]).toEqual(['outside', false, death, []])
    })

    test('ends a host whose news are refused, and brings nothing more of it', async () => {
      const { link, heard } = await linked({}, () => {
        throw new ProtocolError('that is not its own')
      })
      ask(link, 'states 10').catch(() => undefined)
      expect((await link.ended).message).toBe('it has said what it must not: that is not its own')
      expect(states(heard)).toEqual(['1'])
    })

    const REMEDY = 'run both from one build, and restart a gateway whose program was replaced'
    const next = PROTOCOL_VERSION + 1
    test.each<[string, Script, string]>([
      [
        'of a newer version',
        { protocol: next },
        `the sandbox host speaks version ${next} of the protocol, and its gateway version ${PROTOCOL_VERSION}: ${REMEDY}`,
      ],
      [
        'of a version that never was',
        { protocol: 0 },
        `the sandbox host speaks version 0 of the protocol, and its gateway version ${PROTOCOL_VERSION}: ${REMEDY}`,
      ],
      [
        'of another build',
        { build: 'another' },
        `the sandbox host is of the build "another", and its gateway of "${BUILD}": ${REMEDY}`,
      ],
      ['that does not greet', { first: null }, 'it has said what it must not: it says "ready" before "hello"'],
      [
        'that works before it is ready',
        { first: { kind: 'worked', behind: false } },
        'it has said what it must not: it says "worked" before "hello"',
      ],
      [
        'that greets in no words',
        { first: { kind: 'hello' } },
        'it has said what it must not: a message "hello" breaks its schema: protocol is missing',
      ],
    ])('does not come up with a host %s, and says why', async (_, script, reason) => {
      const refusal = await linked(script).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(HostDied)
      expect(refusal).toMatchObject({ message: reason, kind: 'outside' })
    })

    test('can be given up while it comes up', async () => {
      const abort = new AbortController()
      const listener = { heard: () => undefined, wrote: () => undefined }
      const opening = connect({})(SETTINGS, listener, abort.signal).catch((error: unknown) => error)
      abort.abort()
      expect(await opening).toBeInstanceOf(HostDied)
    })
  })
}
