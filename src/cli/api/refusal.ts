/** A refusal of the gateway as the command line tells it: the gateway's words, and what to type next. */
import { type Static, Type } from '@sinclair/typebox'
import { FAILURES, Failure, type FailureCode } from '../../errors/failure'
import { Diagnostic } from '../../schema/metadata'

/** What every refusal holds, also one with a code that only a newer gateway knows. */
export const RefusalBody = Type.Object({
  error: Type.String(),
  message: Type.String(),
  hint: Type.String(),
  diagnostics: Type.Optional(Type.Array(Diagnostic)),
})
type RefusalBody = Static<typeof RefusalBody>

/** Where the gateway's hint speaks of HTTP and a command does the same. */
const HINTS: Readonly<Record<string, string>> = {
  internal: 'look into its log, the standard error of meltica serve or journalctl -u meltica, and report what it says',
  strategy_not_found: 'meltica ls lists all',
  instance_not_found: 'meltica ps -a lists all',
  provider_not_found: 'meltica providers lists all',
  invalid_request: 'correct what the message names; meltica help COMMAND says what it takes',
  order_refused: 'meltica positions ID shows what it holds, meltica risk what binds it',
  instance_exists: 'choose another id, or remove it with meltica instance rm ID',
  invalid_config: 'meltica inspect --format table NAME lists the fields of its config',
  launch_failed: 'meltica logs ID tells more',
  tag_not_found: 'meltica ls NAME lists its tags',
  hash_not_found: 'meltica ls NAME lists its revisions',
  tag_missing: 'add --tag TAG, or a tag to the metadata',
  tag_conflict: 'add --reassign TAG to move it (latest: --promote), or choose another tag',
  tag_protected: 'move it instead, as in meltica tag NAME:TAG latest',
  tag_orphans_revision: 'add --allow-orphan to delete it all the same, or meltica rm the revision',
  no_previous_hash: 'say where to with --to HASH; meltica history NAME:TAG lists its moves',
  tag_moved_meanwhile: 'meltica history NAME:TAG tells who moved it; ask again if it is still wanted',
  rollout_running: 'meltica rollout promote NAME:TAG takes it to its end, meltica rollout abort NAME:TAG takes it back',
  rollout_needless: 'meltica refresh moves instances that do not run what their tag names',
  rollout_not_found: 'meltica rollout ls lists all; meltica tag --rollout begins one',
  rollout_over: 'meltica tag --rollout begins another one; meltica rollback NAME:TAG moves a tag back',
  revision_is_latest: 'move latest first, as in meltica tag NAME:TAG latest',
  revision_in_use: 'stop and remove them, or move them to another revision; meltica usage --all SELECTOR lists them',
  strategy_validation_failed: 'correct the file; meltica check FILE says the same without a gateway',
}

export class Refusal extends Failure {
  /** What is wrong with a source that is not valid. */
  readonly diagnostics: readonly Diagnostic[]
  private readonly told: string

  constructor({ error, message, hint, diagnostics = [] }: RefusalBody) {
    super(isKnown(error) ? error : 'unexpected_answer', message)
    this.diagnostics = diagnostics
    this.told = HINTS[error] ?? hint
  }

  override get hint(): string {
    return this.told
  }
}

const isKnown = (code: string): code is FailureCode => Object.hasOwn(FAILURES, code)
