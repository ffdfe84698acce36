/** The fields of a file as the help of a command lists them: from the very schema that the file is checked against. */
import type { TObject } from '@sinclair/typebox'

/** @returns a paragraph for `addHelpText('after', …)`; fields without a description are left out. */
export function fieldsHelp(title: string, { properties }: TObject): string {
  const rows = Object.entries(properties).flatMap(([name, { description }]) =>
    description === undefined ? [] : [{ name, description }],
  )
  const width = Math.max(...rows.map(({ name }) => name.length))
  return [`\n${title}:`, ...rows.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`)].join('\n')
}
