/** A registry of one strategy with two revisions. */
import { type Home, openRegistry, source } from './home'

export const ONE = source('grid', 'v1')
export const TWO = source('grid', 'v2')

/** `v1` and `prod` name the first revision, `v2` and `latest` the second. */
export async function openGrid(home: Home) {
  const registry = await openRegistry(home)
  await registry.upload({ source: ONE, aliases: ['prod'] }, 'ann')
  await registry.upload({ source: TWO }, 'ann')
  return registry
}
