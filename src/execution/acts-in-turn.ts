/**
 * What strategies ask a venue for while they are told of something, done when they have heard all of it: as a backtest
 * does it, whose order of things a recording keeps that is played as fast as it can be.
 */
interface Asked {
  readonly owner: string
  readonly act: () => void
}

export class ActsInTurn {
  private asked: Asked[] = []
  /** Settles when what is asked for is done. */
  private performing: Promise<void> | undefined

  /** @param drained resolves when all that was told so far is handled. */
  constructor(private readonly drained: () => Promise<void>) {}

  ask(owner: string, act: () => void): void {
    this.asked.push({ owner, act })
    this.performing ??= this.perform()
  }

  /** The owner is gone, and nothing that it has asked for is done. */
  forget(owner: string): void {
    this.asked = this.asked.filter((one) => one.owner !== owner)
  }

  /** Resolves when all that was told is handled, and all that came of it. */
  async answered(): Promise<void> {
    for (await this.drained(); this.performing; await this.drained()) await this.performing
  }

  private async perform(): Promise<void> {
    await this.drained()
    this.performing = undefined
    for (const { act } of this.asked.splice(0)) act()
  }
}
