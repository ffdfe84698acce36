/** For how long it is kept what instances were given, and how much of it: what an instance goes on from is kept besides. */
import { durationMs } from '../schema/risk-set'
import type { Choices } from './choices'
import type { ConfigFile } from './file-schema'

const DEFAULTS = { keepFor: '24h', keepMiB: 1024 }
const MIB = 1 << 20

export interface InputSettings {
  readonly keepForMs: number
  /** What all instances may have together. */
  readonly keepBytes: number
}

export function inputSettings(choices: Choices, { inputs }: ConfigFile): InputSettings {
  return {
    keepForMs: durationMs(choices.setting('inputs.keepFor', inputs?.keepFor, DEFAULTS.keepFor)),
    keepBytes: MIB * choices.setting('inputs.keepMiB', inputs?.keepMiB, DEFAULTS.keepMiB),
  }
}
