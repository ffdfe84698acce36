/** Whether a rollout of a backup can go on here: its tag and both revisions are there, and the tag is where it left it. */
import type { Registry } from '../../registry/registry'
import type { Revision } from '../../registry/revision'
import type { BackupRollout } from '../../schema/backup-rollout'
import { parseDigest } from '../../schema/digest'
import type { StoredRollout } from '../../store/rollouts'
import type { Path, Problems } from '../problems'
import { planProblems } from '../rollout/rollout-plan'

export const nameOf = ({ strategy, tag }: Pick<BackupRollout, 'strategy' | 'tag'>): string => `${strategy}:${tag}`

/** Whether it is the same one, however far it has come meanwhile. */
export const isSame = (backup: BackupRollout, there: StoredRollout): boolean =>
  backup.from === there.from && backup.to === there.to && Date.parse(backup.since) === there.sinceMs

/** What can be found out within one turn of the event loop. @param at where it stands, for the paths of problems. */
export function checkRollout(backup: BackupRollout, at: Path, registry: Registry, problems: Problems): void {
  const { strategy, tag, from, to, state, step, steps, every, since } = backup
  if (Number.isNaN(Date.parse(since))) problems.note([...at, 'since'], `${JSON.stringify(since)} is no time`)
  for (const { path, message } of planProblems({ steps, every })) problems.note([...at, path], message)
  if (step >= steps.length) problems.note([...at, 'step'], `there is no step ${step}`)
  for (const side of ['from', 'to'] as const) {
    if (!revisionOf(registry, strategy, backup[side])) {
      problems.note([...at, side], `${strategy} has no revision ${JSON.stringify(backup[side])}`)
    }
  }
  const names = registry.knows(strategy, tag) ? registry.tagged(strategy, tag) : undefined
  if (names === from || (state === 'promoted' && names === to)) return
  const found = names === undefined ? 'is not there' : `names ${names}`
  problems.note(
    [...at, 'tag'],
    `${nameOf(backup)} ${found}, and the rollout takes it from ${from}: make it name that, or take the rollout out`,
  )
}

/** That the new revision is one that can be run. */
export async function checkLaunchable(
  { strategy, to }: BackupRollout,
  at: Path,
  registry: Registry,
  problems: Problems,
): Promise<void> {
  const revision = revisionOf(registry, strategy, to)
  if (revision) await problems.attempt([...at, 'to'], () => registry.launchable(revision), 'elsewhere')
}

/** Undefined when it is not there, or on its way out. */
export function revisionOf(registry: Registry, strategy: string, hash: string): Revision | undefined {
  const digest = parseDigest(hash)
  return digest && registry.stays(strategy, digest) ? registry.find(strategy, digest) : undefined
}
