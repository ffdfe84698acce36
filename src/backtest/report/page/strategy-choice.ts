/** Chooses one of several strategies; wherever that is done, every section shows it alone. */

import { element } from '../../../looks/dom'
import type { Context } from './context'

/** @returns undefined where there is but one. */
export function strategyChoice(
  strategies: readonly string[] | undefined,
  context: Context,
): HTMLSelectElement | undefined {
  if (!strategies) return undefined
  const options = ['all strategies', ...strategies].map((name, at) => element('option', { value: at - 1 }, name))
  const choice = element('select', { 'aria-label': 'Strategy' }, ...options)
  choice.addEventListener('change', () =>
    context.chooseStrategy(choice.selectedIndex === 0 ? undefined : choice.selectedIndex - 1),
  )
  context.onStrategy((strategy) => {
    choice.selectedIndex = strategy === undefined ? 0 : strategy + 1
  })
  return choice
}
