/** All runs that a sweep could make: every combination of the values of its parameters. */
import { checkConfig } from '../../compiler/config'
import { Failure } from '../../errors/failure'
import type { Metadata } from '../../schema/metadata'
import { type Axis, axisOf } from './axis'

/** A complete config, as a run of its own would have it. */
export type Config = Readonly<Record<string, unknown>>

export class Space {
  /** Combinations; the parameter that was named last changes first. */
  readonly size: number
  /** Those with more than one value. */
  readonly swept: readonly Axis[]

  private constructor(
    readonly axes: readonly Axis[],
    private readonly metadata: Metadata,
  ) {
    this.size = axes.reduce((product, { count }) => product * count, 1)
    this.swept = axes.filter(({ count }) => count > 1)
  }

  /**
   * @param set each `key=…` in its turn. @param hint where the fields are listed.
   * @throws Failure invalid_config with all that is wrong.
   */
  static of(metadata: Metadata, set: readonly (readonly [name: string, written: string])[], hint: string): Space {
    const axes: Axis[] = []
    const problems: string[] = []
    for (const [name, written] of set) {
      const field = metadata.config.find((one) => one.name === name)
      if (field === undefined) problems.push(`"${name}" is no field of the strategy`)
      else if (axes.some((axis) => axis.name === name)) problems.push(`"${name}" is set twice: name all values at once`)
      else {
        const axis = axisOf(field, written)
        if ('problem' in axis) problems.push(axis.problem)
        else axes.push(axis)
      }
    }
    const named = new Set(set.map(([name]) => name))
    const missing = checkConfig(metadata, {})
    if ('problems' in missing)
      problems.push(...missing.problems.filter(({ path }) => !named.has(path.slice(7))).map(({ message }) => message))
    if (problems.length > 0) throw new Failure('invalid_config', problems.join('; '), {}, hint)
    const space = new Space(axes, metadata)
    if (Number.isSafeInteger(space.size)) return space
    throw new Failure('invalid_config', 'the combinations are more than can be counted', {}, 'name fewer values')
  }

  /** The parameters of a combination as `--set` takes them. */
  written(combination: number): Readonly<Record<string, string>> {
    const digits = this.digits(combination)
    return Object.fromEntries(this.axes.map((axis, at) => [axis.name, axis.text(digits[at]!)]))
  }

  /** Which value each parameter has in a combination. */
  digits(combination: number): number[] {
    let rest = combination
    return this.axes
      .toReversed()
      .map(({ count }) => {
        const digit = rest % count
        rest = Math.floor(rest / count)
        return digit
      })
      .reverse()
  }

  /** The combination of these values: the inverse of `digits`. */
  combination(digits: readonly number[]): number {
    return this.axes.reduce((before, { count }, index) => before * count + digits[index]!, 0)
  }

  /** The whole config of a combination: orders are sent unless it says otherwise, as in a single run. */
  config(combination: number): Config {
    const digits = this.digits(combination)
    const given = Object.fromEntries(this.axes.map((axis, index) => [axis.name, axis.value(digits[index]!)]))
    const checked = checkConfig(this.metadata, { dry_run: false, ...given })
    if ('config' in checked) return checked.config
    throw new Failure('invalid_config', checked.problems.map(({ message }) => message).join('; '))
  }
}
