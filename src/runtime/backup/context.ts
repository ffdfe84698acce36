/** What the gateway is to run, as a whole: taken as a backup, and restored from one. */
import type { ContextBackup, ContextRestored, RestoreBody } from '../../schema/backup'
import { takeBackup } from './backup'
import { type RestoreDeps, restore } from './restore'

export class Context {
  constructor(private readonly deps: RestoreDeps) {}

  /** Without secrets. */
  backup(): ContextBackup {
    return takeBackup(this.deps)
  }

  /** All of it or nothing; starts nothing. @throws Failure invalid_backup, backup_conflict, and those of the disk. */
  restore(body: RestoreBody, actor: string): Promise<ContextRestored> {
    return restore(this.deps, body, actor)
  }
}
