/** Limits on sums over all instances, and how near each sum is to its own. */
import type { JSX } from 'preact'
import type { RiskView } from '../../../schema/risk'
import { exact } from '../format'
import { Panel, Table } from '../parts/bits'
import { byShare, Used } from '../parts/used'

type Total = RiskView['totals'][number]

const MEASURES: Readonly<Record<Total['measure'], string>> = {
  position: 'positions',
  notional: 'worth of positions',
  openOrders: 'open orders',
}

export function Totals({ risk: { totals } }: { readonly risk: RiskView }): JSX.Element | null {
  if (totals.length === 0) return null
  return (
    <Panel title="Sums over all instances" id="totals" beside={<span class="faint">the nearest first</span>}>
      <Table label="Sums over all instances">
        <thead>
          <tr>
            <th>Of</th>
            <th>Measure</th>
            <th class="num">Now</th>
            <th class="num">Limit</th>
            <th>Used</th>
          </tr>
        </thead>
        <tbody>
          {totals.toSorted(byShare).map((total) => {
            const { scope, subject, measure, of, value, limit } = total
            return (
              <tr key={`${scope} ${subject} ${measure} ${of}`}>
                <td>{subject ?? 'everything'}</td>
                <td>{[MEASURES[measure], of].filter(Boolean).join(', ')}</td>
                <td class="num">{exact(value)}</td>
                <td class="num">{exact(limit)}</td>
                <td>
                  <Used of={total} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </Table>
    </Panel>
  )
}
