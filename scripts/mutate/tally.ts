/** How many changes the tests of each area noticed. */

/** So many of the changes in an area are to be noticed at least. */
const LEAST_PERCENT = 85

interface Count {
  noticed: number
  made: number
}

export class Tally {
  readonly #areas = new Map<string, Count>()

  add(area: string, isNoticed: boolean): void {
    const count = this.#areas.get(area) ?? { noticed: 0, made: 0 }
    count.made++
    if (isNoticed) count.noticed++
    this.#areas.set(area, count)
  }

  /** A line for each area. */
  lines(): string[] {
    return [...this.#areas].map(([area, count]) => {
      const { noticed, made } = count
      return `${area.padEnd(10)} ${noticed}/${made} noticed, ${percent(count).toFixed(0)} %`
    })
  }

  get isEnough(): boolean {
    return [...this.#areas.values()].every((count) => percent(count) >= LEAST_PERCENT)
  }
}

const percent = ({ noticed, made }: Count): number => (noticed / made) * 100
