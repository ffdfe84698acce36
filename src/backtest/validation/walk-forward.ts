/**
 * A walk-forward test: the search in each window of training, its best run over the window that follows, and these tests as
 * one curve. Each test begins with what the one before it has left.
 */
import { type Part, type Stitched, stitched } from './stitched'
import type { Span, WalkForwardWindow } from './windows'

/** The parameters of a run, as `--set` takes them. */
export type TestedConfig = Readonly<Record<string, string>>

/** What a search over a window has found. */
export interface WindowSearch {
  readonly tried: number
  /** Undefined when no run has the figure that is searched for. */
  readonly best: { readonly config: TestedConfig; readonly objective: number } | undefined
}

export interface WalkForwardSteps {
  /** @param index of the window. */
  readonly search: (window: WalkForwardWindow, index: number) => Promise<WindowSearch>
  /** @param cash to begin with, a decimal. */
  readonly test: (config: TestedConfig, test: Span, cash: string) => Promise<Part>
}

/** One window: what was found in it, and what came of that. */
export interface WalkForwardStep extends WalkForwardWindow {
  readonly search: WindowSearch
  /** Undefined: nothing was found, or nothing was left to trade with. */
  readonly part: Part | undefined
}

export interface WalkForward {
  readonly steps: readonly WalkForwardStep[]
  /** Runs of all searches. */
  readonly tried: number
  /** All tests as one; undefined when there was none. */
  readonly whole: Stitched | undefined
}

/** @param cash to begin with, a decimal. @param signal ends it after the search under way. */
export async function walkForward(
  windows: readonly WalkForwardWindow[],
  { search, test }: WalkForwardSteps,
  cash: string,
  signal?: AbortSignal,
): Promise<WalkForward> {
  const steps: WalkForwardStep[] = []
  let left = cash
  for (const [index, window] of windows.entries()) {
    if (signal?.aborted) break
    const found = await search(window, index)
    if (signal?.aborted) break
    const part = found.best && Number(left) > 0 ? await test(found.best.config, window.test, left) : undefined
    left = part?.equity.at(-1)?.[1] ?? left
    steps.push({ ...window, search: found, part })
  }
  const parts = steps.flatMap(({ part }) => (part ? [part] : []))
  const tried = steps.reduce((sum, step) => sum + step.search.tried, 0)
  return { steps, tried, whole: parts.length > 0 ? stitched(parts) : undefined }
}
