/** Whether the markets of an instance let it go on where it was after a crash. */
import type { Providers } from '../providers/providers'
import type { InstanceRecord } from './instance'

/** Why they do not: a recording goes back to where all of it was kept, and another market cannot follow. */
export function besideRecording({ providers }: InstanceRecord, all: Providers): string | undefined {
  if (providers.length === 1) return undefined
  const recording = providers.find((name) => all.has(name) && all.isRecorded(name))
  return recording === undefined ? undefined : `it plays the recording "${recording}" beside another market`
}
