/** What a report is of, and the ways to its sections. */

import { element } from '../../../looks/dom'
import { themeSwitch } from '../../../looks/theme'
import type { ReportDocument } from '../sections'
import { copied } from './copy'

export function header({ heading }: ReportDocument): HTMLElement {
  const { name, chip, hash, about } = heading
  return element(
    'header',
    { class: 'head' },
    element('h1', {}, name),
    chip === undefined ? undefined : element('span', { class: 'chip' }, chip),
    hash === undefined ? undefined : copied(hash, shortened(hash), 'digest'),
    element('span', { class: 'soft about' }, about),
  )
}

/** The first digits of a digest say enough to be recognised. */
const shortened = (hash: string): string => hash.replace(/^((?:\w+:)?[0-9a-f]{12})[0-9a-f]+$/, '$1')

export function navigation({ sections }: ReportDocument): HTMLElement {
  const links = sections
    .filter(({ kind }) => kind !== 'notices' && kind !== 'headline')
    .map(({ id, title }) => element('li', {}, element('a', { href: `#${id}` }, title)))
  return element(
    'nav',
    { class: 'ways', 'aria-label': 'Sections' },
    element('a', { class: 'unseen', href: '#headline' }, 'Skip to the figures'),
    element('ul', {}, ...links),
    themeSwitch(),
  )
}
