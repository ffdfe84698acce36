/** What notices of third parties are made of: packages, their licences and the texts that came with them. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A package whose code is in what we ship. */
export interface Package {
  readonly name: string
  readonly version: string
  /** As the package says: an SPDX expression. */
  readonly licence: string
  /** Where its source is, as a URL. */
  readonly home: string
  readonly texts: readonly LicenceText[]
}

export interface LicenceText {
  readonly file: string
  readonly text: string
}

const IS_LICENCE = /^(?:.*\.)?(?:un)?(?:licen[cs]e|copying|notice|copyright)(?:[-.].*)?$/i
const IS_CODE = /\.(?:[cm]?[jt]s|json|map|rs|html)$/i

/** The licences in a package's folder and in the folders right within it, where sources of others are. */
export async function readLicences(folder: string): Promise<readonly LicenceText[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  for (const { name } of folders) for (const file of await readdir(join(folder, name))) files.push(join(name, file))
  const found = files.filter((file) => IS_LICENCE.test(baseOf(file)) && !IS_CODE.test(file)).sort()
  return Promise.all(found.map(async (file) => ({ file, text: await Bun.file(join(folder, file)).text() })))
}

/**
 * Packages that have no text of their own get that of another one of the same source, or else the text that another
 * one has of the same licence in a file named after it.
 */
export function lendTexts(packages: readonly Package[]): readonly Package[] {
  const all = packages.flatMap(ownTexts)
  const lent = ({ home, licence }: Package): readonly LicenceText[] => {
    const source = packages.find((other) => other.home === home && ownTexts(other).length > 0)
    return source ? ownTexts(source) : all.filter(({ file }) => file === `LICENSE-${licence.replaceAll(' ', '_')}`)
  }
  return packages.map((each) =>
    ownTexts(each).length > 0 ? each : { ...each, texts: [...each.texts, ...lent(each).slice(0, 1)] },
  )
}

/** Those of the package itself, and not of what it has within. */
const ownTexts = ({ texts }: Package) => texts.filter(({ file }) => !file.includes('/'))

/** Every package by name, version and licence, then each text once with the packages that it is from. */
export function formatNotices(heading: string, packages: readonly Package[]): string {
  const sorted = [...packages].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const list = sorted.map((each) => {
    const textless = each.texts.length === 0 ? ' (came without a text of its licence)' : ''
    return `  ${nameOf(each)}, ${each.licence}, ${each.home}${textless}`
  })
  const groups = Map.groupBy(
    sorted.flatMap((each) => each.texts.map(({ text }) => ({ name: nameOf(each), text }))),
    ({ text }) => text.replaceAll(/\s+/g, ' ').trim(),
  )
  const texts = [...groups.values()].map((group) => {
    const names = [...new Set(group.map(({ name }) => name))].join(', ')
    const text = group[0]?.text.replaceAll('\r\n', '\n').trim() ?? ''
    return `${'-'.repeat(80)}\n${names}\n${'-'.repeat(80)}\n\n${text}\n`
  })
  return [`${heading}\n\n${list.join('\n')}\n`, ...texts].join('\n')
}

const nameOf = ({ name, version }: Package) => `${name} ${version}`

const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
