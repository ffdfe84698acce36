/**
 * What is the same over every link: the greeting, requests and their answers, notices, and what a host must not say.
 * It knows nothing of how bytes travel.
 */
import { Failure } from '../../errors/failure'
import { checkAnswer, checkToHost, ProtocolError } from '../../protocol/check'
import type { FromHost, HostSettings, Request, ToHost } from '../../protocol/messages'
import type { Answers } from '../../protocol/reported'
import { disagreement, PROTOCOL_VERSION } from '../../protocol/version'
import { plainText } from '../../schema/plain-text'
import type { HostDied } from '../death'
import type { HostNotice } from '../link'

export interface ConversationDeps {
  /** The gateway's build. */
  readonly build: string
  readonly settings: HostSettings
  readonly send: (message: ToHost) => void
  readonly heard: (notice: HostNotice) => void
}

interface Asked {
  readonly kind: Request['kind']
  readonly answer: PromiseWithResolvers<Answers[keyof Answers]>
}

export class Conversation {
  /** Empty until the host is ready. */
  engineHash = ''
  private readonly up = Promise.withResolvers<void>()
  private readonly asked = new Map<number, Asked>()
  private isGreeted = false
  private lastRequest = 0
  private death: HostDied | undefined

  constructor(private readonly deps: ConversationDeps) {
    this.up.promise.catch(ignoreRejection)
    const { build, settings } = deps
    deps.send({ kind: 'hello', protocol: PROTOCOL_VERSION, build, settings })
  }

  /** Resolves when the host is ready. Rejects when it is not going to be. */
  get ready(): Promise<void> {
    return this.up.promise
  }

  get pending(): number {
    return this.asked.size
  }

  /** @throws ProtocolError when the host must not say it: not to such a gateway, not now, or not at all. */
  heard(message: FromHost): void {
    if (this.death) return
    if (!this.isGreeted) this.greet(message)
    else if (this.engineHash === '') this.comeUp(message)
    else this.work(message)
  }

  /** @throws ProtocolError for what the host would have to end itself for, together with all that runs in it. */
  async request<R extends Request>(request: R): Promise<Answers[R['kind']]> {
    if (this.death) throw this.death
    const id = ++this.lastRequest
    const message = checkToHost({ kind: 'request', id, request })
    const answer = Promise.withResolvers<Answers[keyof Answers]>()
    this.deps.send(message)
    this.asked.set(id, { kind: request.kind, answer })
    // as `checkAnswer` has seen
    return (await answer.promise) as Answers[R['kind']]
  }

  /** Nothing is heard any more, and whoever waits is told. */
  end(death: HostDied): void {
    this.death = death
    this.up.reject(death)
    for (const { answer } of this.asked.values()) answer.reject(death)
    this.asked.clear()
  }

  private greet(message: FromHost): void {
    if (message.kind !== 'hello') throw new ProtocolError(`it says "${message.kind}" before "hello"`)
    const problem = disagreement({ protocol: PROTOCOL_VERSION, build: this.deps.build }, message)
    if (problem !== undefined) throw new Disagreement(plainText(problem))
    this.isGreeted = true
  }

  private comeUp(message: FromHost): void {
    switch (message.kind) {
      case 'ready':
        this.engineHash = message.engineHash
        this.up.resolve()
        break
      case 'broken':
        this.up.reject(new Error(`a sandbox host does not work: ${message.message}`))
        break
      default:
        throw new ProtocolError(`it says "${message.kind}" before it is ready`)
    }
  }

  private work(message: FromHost): void {
    switch (message.kind) {
      case 'hello':
      case 'ready':
      case 'broken':
        throw new ProtocolError(`it says "${message.kind}" a second time`)
      case 'pong':
        break
      case 'answer': {
        const { kind, answer } = this.find(message.id)
        answer.resolve(checkAnswer(kind, message.answer))
        this.asked.delete(message.id)
        break
      }
      case 'failure': {
        const { refusal, message: text } = message
        const { answer } = this.find(message.id)
        answer.reject(refusal ? new Failure('launch_failed', plainText(text)) : new Error(text))
        this.asked.delete(message.id)
        break
      }
      default:
        this.deps.heard(message)
    }
  }

  private find(id: number): Asked {
    const asked = this.asked.get(id)
    if (!asked) throw new ProtocolError(`it answers the request ${id}, which is none, or answered`)
    return asked
  }
}

/** The host is another one than ours. */
export class Disagreement extends ProtocolError {}

/** Why a host is ended that has said what it must not, in a sentence. */
export const verdictOn = (error: ProtocolError): string =>
  error instanceof Disagreement ? error.message : `it has said what it must not: ${error.message}`

const ignoreRejection = (): void => undefined
