/** Sources of the strategies that the project ships. */

const home = new URL('../strategies/', import.meta.url)

/** The latest revision of a shipped strategy, as text. */
export async function shipped(name: string): Promise<string> {
  const registry = await Bun.file(new URL('registry.json', home)).json()
  const { tags, hashes } = registry[name]
  return Bun.file(new URL(hashes[tags.latest].path, home)).text()
}
