/** Numbers in the order in which they come, of eight bytes each. */
export class Series {
  count = 0
  private values = new Float64Array(256)

  add(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(2 * this.values.length)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.count++] = value
  }

  /** A view, good until the next one is added. */
  get all(): Float64Array {
    return this.values.subarray(0, this.count)
  }

  /** A copy, from the smallest up. */
  sorted(): Float64Array {
    return this.all.slice().sort()
  }
}
