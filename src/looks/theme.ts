/** Light or dark, as the system has it or as the reader chooses; and the colours of it for what is drawn on a canvas. */

import { element } from './dom'
import type { Tone } from './tone'

const listeners = new Set<() => void>()

export interface Palette {
  readonly panel: string
  readonly line: string
  readonly ink: string
  readonly faint: string
  readonly tones: Readonly<Record<Tone, string>>
}

/** Told whenever the colours are others, until the signal if there is one. */
export function onTheme(listener: () => void, signal?: AbortSignal): void {
  listeners.add(listener)
  signal?.addEventListener('abort', () => listeners.delete(listener))
}

/** The colours of now. */
export function palette(): Palette {
  const probe = element('i')
  document.body.append(probe)
  const color = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const tones = {
    gain: color('gain'),
    loss: color('loss'),
    warn: color('warn'),
    accent: color('accent'),
    faint: color('faint'),
    plain: color('ink'),
  }
  const made = { panel: color('panel'), line: color('line'), ink: color('ink'), faint: color('faint'), tones }
  probe.remove()
  return made
}

/** A colour that shines through. @param color as the browser computes them. */
export const veiled = (color: string, opacity: number): string =>
  color.replace(/^rgb\((.*)\)$/, (_, parts: string) => `rgba(${parts}, ${opacity})`)

/** Nothing is neither. */
export const toneOf = (value: number): 'gain' | 'loss' | '' => (value > 0 ? 'gain' : value < 0 ? 'loss' : '')

export function themeSwitch(): HTMLElement {
  const choice = element(
    'select',
    { 'aria-label': 'Theme' },
    ...['System', 'Light', 'Dark'].map((name) => element('option', { value: name.toLowerCase() }, name)),
  )
  choice.addEventListener('change', () => chooseTheme(choice.value))
  followSystem()
  return choice
}

/** @param theme light or dark; anything else is what the system has. */
export function chooseTheme(theme: string): void {
  document.documentElement.dataset.theme = theme
  changed()
}

/** To be called once: the system may change its mind while the page is open. */
export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed)
}

function changed(): void {
  for (const listener of listeners) listener()
}
