/** Mean, deviation and one-sided sums of a series of returns, without keeping it. */

export class Moments {
  count = 0
  mean = 0
  /** Sum of what is above 0. */
  gains = 0
  /** Sum of what is below 0, negative. */
  losses = 0
  private squaredDeviations = 0
  private squaredLosses = 0

  /** Welford 1962: stable where the plain sum of squares is not. */
  add(value: number): void {
    this.count++
    const before = value - this.mean
    this.mean += before / this.count
    this.squaredDeviations += before * (value - this.mean)
    if (value > 0) this.gains += value
    else {
      this.losses += value
      this.squaredLosses += value * value
    }
  }

  /** That of a sample (n − 1); null for fewer than two values. */
  get deviation(): number | null {
    return this.count > 1 ? Math.sqrt(this.squaredDeviations / (this.count - 1)) : null
  }

  /** Root mean square of the losses over all values; null for none. */
  get downside(): number | null {
    return this.count > 0 ? Math.sqrt(this.squaredLosses / this.count) : null
  }
}

export function momentsOf(values: Float64Array): Moments {
  const moments = new Moments()
  for (const value of values) moments.add(value)
  return moments
}
