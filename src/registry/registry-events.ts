/** Tells of changes: who listens gets them in order, and first what the start changed. */
import type { RegistryChange } from './change'

type WithoutTold<T> = T extends unknown ? Omit<T, 'when' | 'actor' | 'message'> : never
/** What happened, without when, by whom and why. */
export type Happening = WithoutTold<RegistryChange>

export interface Teller {
  readonly actor: string
  readonly message?: string | undefined
}

export class RegistryEvents {
  private readonly listeners: ((change: RegistryChange) => void)[] = []
  private beforeAnyone: RegistryChange[] = []

  constructor(private readonly now: () => number) {}

  onChange(listener: (change: RegistryChange) => void): void {
    this.listeners.push(listener)
    for (const change of this.beforeAnyone.splice(0)) listener(change)
  }

  /** What a start has changed waits until somebody can listen. */
  keep(happenings: readonly Happening[], actor: string): void {
    this.beforeAnyone = happenings.map((happening) => this.told(happening, { actor }))
  }

  emit(happening: Happening, teller: Teller): void {
    const change = this.told(happening, teller)
    for (const listener of this.listeners) listener(change)
  }

  private told(happening: Happening, { actor, message }: Teller): RegistryChange {
    return { ...happening, when: this.now(), actor, ...(message === undefined ? {} : { message }) }
  }
}
