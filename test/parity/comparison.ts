/** All situations in all ways, and how each compares with the first way that runs it. */
import type { Situation } from './situation'
import { sourceOf } from './strategy'
import { type Difference, differenceOf, type Transcript } from './transcript'
import { WAYS } from './ways/all'
import type { WayName } from './ways/names'

export type Outcome =
  | { readonly kind: 'reference' | 'same' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'differs'; readonly from: WayName; readonly difference: Difference }

export class Comparison {
  private constructor(
    readonly situations: readonly Situation[],
    private readonly transcripts: ReadonlyMap<WayName, ReadonlyMap<Situation, Transcript>>,
  ) {}

  static async of(situations: readonly Situation[], ways = WAYS): Promise<Comparison> {
    const transcripts = new Map<WayName, ReadonlyMap<Situation, Transcript>>()
    // one after the other: a gateway and its host have a machine of two cores busy
    for (const way of ways) {
      const run = situations.filter((situation) => way.skips(situation) === undefined)
      const [source, revised] = [1, 2].map((revision) => sourceOf(situations, new Set(run), revision))
      const answered = await way.run(run, source!, revised!)
      transcripts.set(way.name, new Map(run.map((situation, i) => [situation, answered[i]!])))
    }
    return new Comparison(situations, transcripts)
  }

  transcript(situation: Situation, way: WayName): Transcript | undefined {
    return this.transcripts.get(way)?.get(situation)
  }

  outcome(situation: Situation, way: WayName): Outcome {
    const actual = this.transcript(situation, way)
    if (!actual) {
      const reason = WAYS.find(({ name }) => name === way)?.skips(situation) ?? 'it was not asked for'
      return { kind: 'skipped', reason }
    }
    const from = WAYS.map(({ name }) => name).find((name) => this.transcript(situation, name))!
    if (from === way) return { kind: 'reference' }
    const difference = differenceOf(this.transcript(situation, from)!, actual)
    return difference ? { kind: 'differs', from, difference } : { kind: 'same' }
  }
}
