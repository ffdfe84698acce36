/** How near something is to its limit. */
import type { JSX } from 'preact'
import { amount } from '../format'

/** Decimal strings. */
interface Bounded {
  readonly value: string
  readonly limit: string
}

/** The part of the limit that is used; of a limit of nothing, all. */
export const shareOf = ({ value, limit }: Bounded): number => (Number(limit) > 0 ? Number(value) / Number(limit) : 1)

/** The nearest first. */
export const byShare = (one: Bounded, other: Bounded): number => shareOf(other) - shareOf(one)

export function Used({ of }: { readonly of: Bounded }): JSX.Element {
  const share = shareOf(of)
  return (
    <meter aria-label="Used" min={0} max={1} high={0.8} optimum={0} value={Math.min(1, share)}>
      {amount(100 * share, 0)} %
    </meter>
  )
}
