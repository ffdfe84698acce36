/** Changes of risk limits and kill switches: kept, audited, and told to the instances that they concern. */
import { Failure } from '../errors/failure'
import { fieldName } from '../schema/mismatch'
import type { RiskLimitSet } from '../schema/risk'
import { limitProblems, withTexts } from '../schema/risk-set'
import type { Store } from '../store/store'
import type { RiskBook } from './risk-book'
import type { Trail } from './trail'

export interface RiskControlSettings {
  readonly book: RiskBook
  readonly store: Store
  readonly trail: Trail
}

/** What the audit calls all of it. */
const SUBJECT = 'risk'

export class RiskControl {
  constructor(private readonly settings: RiskControlSettings) {}

  /** @throws Failure invalid_limits, with every problem. */
  setLimits(given: RiskLimitSet, actor: string): void {
    const { book, store, trail } = this.settings
    const problems = limitProblems(given).map(({ path, message }) => ({ path: fieldName(path), message }))
    if (problems.length > 0) {
      const text = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
      throw new Failure('invalid_limits', text, { problems })
    }
    const { limits: before } = book
    const after = withTexts(given)
    book.setLimits(after)
    trail.leave({ who: actor, what: 'risk_limits_set', subject: SUBJECT, after, ...(before && { before }) })
    store.commit()
  }
}
