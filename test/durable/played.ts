/** A gateway on which the whole cast plays both recordings to their end, whatever is done to it meanwhile. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../gateway'
import { HOME, PAPER, type Part } from './cast'
import { type Kill, Killer } from './kills'
import { MEMORY } from './memory'
import { randomOf } from './random'
import type { Recording } from './recordings'
import { answer, type Story, storyOf } from './story'

/** Kills are between these parts of a recording. */
const FIRST = 0.02
const LAST = 0.95
const LOOK_MS = 10
const OVER = ['finished', 'failed']

export class Played implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'meltica-durable-'))
  readonly recordings: readonly Recording[]
  gateway!: TestGateway

  private constructor(readonly cast: readonly Part[]) {
    this.recordings = [...new Set(cast.map(({ recording }) => recording))]
  }

  /** All are there before the recordings begin. */
  static async begin(cast: readonly Part[]): Promise<Played> {
    const played = new Played(cast)
    cpSync(HOME, join(played.folder, 'strategies'), { recursive: true })
    mkdirSync(join(played.folder, 'data/replay'), { recursive: true })
    played.gateway = await startGateway({ folder: played.folder })
    const { gateway } = played
    await gateway.upload(MEMORY)
    for (const { provider, file, text } of played.recordings) {
      writeFileSync(played.pathOf(file), text)
      const adapter = { identifier: 'replay', config: { file, speed: 0, paper: PAPER } }
      await done(gateway.post('/providers', { name: provider, adapter, enabled: false }))
    }
    for (const { id, strategy, recording, config } of cast) {
      const scope = { [recording.provider]: { symbols: recording.symbols } }
      const body = { id, strategy: { identifier: strategy, config }, scope, autostart: true }
      await done(gateway.post('/strategy/instances', body))
    }
    for (const { provider } of played.recordings) await done(gateway.post(`/providers/${provider}/start`))
    return played
  }

  pathOf(file: string): string {
    return join(this.folder, 'data/replay', file)
  }

  /** How far the recording is that is the least far: a part of it, 1 at its end. */
  async progress(): Promise<number> {
    const parts = this.recordings.map(async ({ provider, events }) => {
      if (OVER.includes((await answer(this.gateway, `/providers/${provider}`)).status)) return 1
      const { id } = this.cast.find(({ recording }) => recording.provider === provider)!
      // what was delivered to it is told now and then
      return Math.min(0.99, (await answer(this.gateway, `/strategy/instances/${id}`)).stats.events / events)
    })
    return Math.min(...(await Promise.all(parts)))
  }

  /**
   * Kills as often as that, each at a part of the recordings that is drawn by lot.
   * Once more when they are over.
   * @returns what was killed.
   */
  async disturb(kills: number, seed: number): Promise<Kill[]> {
    const random = randomOf(seed)
    const killer = new Killer(random)
    const places = Array.from({ length: kills }, () => FIRST + random() * (LAST - FIRST)).sort((a, b) => a - b)
    const killed: Kill[] = []
    for (const place of places) {
      for (let at = await this.progress(); at < place; at = await this.progress()) await Bun.sleep(LOOK_MS)
      await Bun.sleep(random() * LOOK_MS)
      if ((await this.progress()) === 1) break
      killed.push(await this.kill(killer))
    }
    await this.finished()
    // what is over is over
    killed.push(await this.kill(killer))
    return killed
  }

  async end(): Promise<readonly Story[]> {
    await this.finished()
    this.checkLog()
    // what is told of it now and then is told when it has stopped
    for (const { id } of this.cast) await done(this.gateway.post(`/strategy/instances/${id}/stop`))
    const stories: Story[] = []
    for (const { id } of this.cast) stories.push(await storyOf(this.gateway, id))
    return stories
  }

  private async kill(killer: Killer): Promise<Kill> {
    this.checkLog()
    const { gateway, kill } = await killer.kill(this.gateway)
    this.gateway = gateway
    return kill
  }

  /** What is lost on the way may come to the same end. @throws Error with what was logged. */
  private checkLog(): void {
    const wrong = this.gateway.stderr.split('\n').filter((line) => /cannot (be kept|go on)/.test(line))
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
  }

  private async finished(): Promise<void> {
    for (const { provider } of this.recordings) {
      await this.gateway.until(`/providers/${provider}`, ({ body }) => OVER.includes(body.status))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function done(call: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await call
  if (status >= 300) throw new Error(`the gateway answered ${status}: ${text}`)
}
