/** Elements from their parts. What a report says becomes text and nothing else: there is no way from a string to markup. */

type Child = Node | string | undefined
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag)
  fill(made, attributes, children)
  return made
}

export function svg<T extends keyof SVGElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[T] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(made, attributes, children)
  return made
}

/** Attributes that are undefined or false are left out. */
function fill(made: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  made.append(...children.filter((child) => child !== undefined))
}

/** A number as it is read: with the sign for minus, which is as wide as a digit. */
export const shown = (text: string): string => text.replace(/(^|\s)-(?=[\d.])/g, '$1−')
