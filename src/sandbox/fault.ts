/** What a strategy did wrong: a value, never thrown. */

/** In the order of the component's `cause`; a trap has no number there, for nothing is left to report it. */
export const CAUSES = ['exception', 'interrupted', 'out-of-memory', 'stack-overflow'] as const

export interface Fault {
  /**
   * `exception`: thrown and not caught. `interrupted`: its fuel was used up. `trapped`: the sandbox
   * itself ended, by fuel used up within a native function or by the host's stack, and must be replaced.
   */
  readonly cause: (typeof CAUSES)[number] | 'trapped'
  readonly message: string
  /** 1-based place in the strategy's file of the innermost frame that is the strategy's own; 0 where unknown. */
  readonly line: number
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number
  /** The author's, where a source map names it: the place is in there then, and not in the file that runs. */
  readonly file?: string
  readonly stack: string
}
