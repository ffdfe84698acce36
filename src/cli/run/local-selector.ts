/** Selectors of a strategy home on this machine: no gateway is asked, and no hint speaks of its HTTP calls. */
import { findStrategy, type StrategySource, type Unbundled } from '../../backtest/strategy'
import { Failure, type FailureCode } from '../../errors/failure'

const HINTS: Partial<Record<FailureCode, string>> = {
  strategy_not_found: 'name the strategy home with --strategies FOLDER, or give the path of a .js file',
  tag_not_found: 'registry.json in the strategy home lists the tags',
  hash_not_found: 'registry.json in the strategy home lists the hashes',
}

class NotAtHome extends Failure {
  constructor(
    { code, message }: Failure,
    private readonly told: string,
  ) {
    super(code, message)
  }

  override get hint(): string {
    return this.told
  }
}

/** @throws Failure as `findStrategy`. */
export async function findAtHome(text: string, home: string): Promise<StrategySource | Unbundled> {
  try {
    return await findStrategy(text, home)
  } catch (error) {
    const hint = error instanceof Failure ? HINTS[error.code] : undefined
    throw error instanceof Failure && hint !== undefined ? new NotAtHome(error, hint) : error
  }
}
