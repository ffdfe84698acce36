/** What `meltica doctor` says of one thing. */

export type Status = 'ok' | 'warn' | 'fail'

export interface Finding {
  /** What was looked at, as `disk`. */
  readonly check: string
  readonly status: Status
  /** What is so. */
  readonly message: string
  /** What to do about it; absent when all is well. */
  readonly hint?: string
}

/** The findings of one check. */
export function findingsOf(check: string) {
  return {
    ok: (message: string): Finding => ({ check, status: 'ok', message }),
    warn: (message: string, hint: string): Finding => ({ check, status: 'warn', message, hint }),
    fail: (message: string, hint: string): Finding => ({ check, status: 'fail', message, hint }),
  }
}

const RANK: Readonly<Record<Status, number>> = { ok: 0, warn: 1, fail: 2 }

export const worstOf = (findings: readonly Finding[]): Status =>
  findings.reduce<Status>((worst, { status }) => (RANK[status] > RANK[worst] ? status : worst), 'ok')

export const mebibytes = (bytes: number): string =>
  bytes >= 1 << 30 ? `${(bytes / (1 << 30)).toFixed(1)} GiB` : `${Math.round(bytes / (1 << 20))} MiB`
