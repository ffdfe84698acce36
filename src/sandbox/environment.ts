/** What `create(env)` is made from. */

export interface Environment {
  /** With the defaults filled in: every declared field. */
  readonly config: Readonly<Record<string, unknown>>
  /** At least one; the first is the one meant where a strategy names none. */
  readonly providers: readonly string[]
  /** At least one; the first is the one meant where a strategy names none. */
  readonly symbols: readonly string[]
  /** What `Sandbox.state()` answered earlier: the JSON of `helpers.state`. */
  readonly state?: string
  readonly dryRun: boolean
  readonly tradingActive: boolean
}
