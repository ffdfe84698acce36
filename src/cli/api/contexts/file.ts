/** The gateways that an operator has given names: a file with their tokens, which its owner alone may read. */
import { mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { stringify } from 'yaml'
import { parseYaml, type Unfit } from '../../../config/yaml'
import { Failure } from '../../../errors/failure'
import { readSettingText } from '../../../files/input'
import { writePrivate } from '../../../files/private-file'
import { unwritable } from '../../../files/unwritable'

const closed = { additionalProperties: false }

const Context = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }),
    address: Type.String({ minLength: 1 }),
    token: Type.Optional(Type.String({ minLength: 1 })),
    /** Certificates in PEM. */
    ca: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
)
export type Context = Static<typeof Context>

const ContextList = Type.Object(
  {
    /** Its name; absent: none of them. */
    current: Type.Optional(Type.String()),
    contexts: Type.Optional(Type.Array(Context)),
  },
  closed,
)

export interface Contexts {
  readonly current?: string
  readonly contexts: readonly Context[]
}

type Environment = Readonly<Record<string, string | undefined>>

const HEAD = '# Gateways by name, as `meltica context` writes them. There may be tokens in here.\n'
const REPAIR = 'correct the lines named, or take them out; meltica context create adds contexts'
/** What a group and others may do. */
const OTHERS = 0o077

const fileOf = ({ MELTICA_CONTEXTS, XDG_CONFIG_HOME, HOME }: Environment): string =>
  MELTICA_CONTEXTS || join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'meltica', 'contexts.yaml')

/** None when there is no file. @throws Failure file_unreadable, also when others may read it; invalid_settings. */
export function readContexts(environment: Environment): Contexts {
  const path = fileOf(environment)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return { contexts: [] }
  if ((stat.mode & OTHERS) !== 0) {
    const hint = `chmod 600 ${path}, and make its tokens anew if somebody may have seen them`
    throw new Failure('file_unreadable', `${path} may be read by others than its owner: it is not used`, {}, hint)
  }
  const { contexts = [], ...rest } = parseYaml(
    readSettingText(path, 'the file of contexts'),
    path,
    ContextList,
    ({ contexts: all = [] }) => twice(all),
    REPAIR,
  )
  return { contexts, ...rest }
}

function twice(contexts: readonly Context[]): Unfit[] {
  const names = contexts.map(({ name }) => name)
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ path: `/contexts/${index}/name`, message: `${JSON.stringify(name)} is there twice` }]
      : [],
  )
}

/** @throws Failure file_unwritable, with the file as it was. */
export function writeContexts(environment: Environment, contexts: Contexts): void {
  const path = fileOf(environment)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writePrivate(path, HEAD + stringify(contexts))
  } catch (error) {
    throw unwritable(`the file of contexts ${path}`, error)
  }
}

/** @throws Failure context_not_found. */
export function contextOf({ contexts }: Contexts, name: string): Context {
  const found = contexts.find((context) => context.name === name)
  if (found) return found
  throw new Failure('context_not_found', `there is no context ${JSON.stringify(name)}`)
}
