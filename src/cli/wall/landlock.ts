/** What Landlock takes from a process: everything that its version in this kernel knows, but for one folder. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import type { Kernel } from './kernel'

/** Rights to files: linux/landlock.h. By the version that has brought them, all of them are the lower so many bits. */
const FILE_RIGHTS = [0, 13, 14, 15, 15, 16]
const WRITE_FILE = 1 << 1
const READ_FILE = 1 << 2
const READ_DIR = 1 << 3
const REMOVE_DIR = 1 << 4
const REMOVE_FILE = 1 << 5
const MAKE_DIR = 1 << 7
const MAKE_REG = 1 << 8
/** To link and to move between its folders; into it and out of it neither is possible. */
const REFER = 1 << 13
const TRUNCATE = 1 << 14

/** Plain files, and folders to keep such aside in: no symbolic links, sockets or pipes are made. */
const IN_FOLDER = WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE

/** To listen, and to connect. */
const TCP = 3n
const TCP_SINCE = 4
const ABSTRACT_SOCKETS = 1n
const SIGNALS = 2n
const SCOPES_SINCE = 6

const PATH_BENEATH = 1
const O_PATH = 0x200000
const O_CLOEXEC = 0x80000
/** What JavaScriptCore looks up when it collects garbage: how much memory it has itself. */
const OWN_MEMORY = '/proc/self/statm'

/**
 * @param folder that is left to it; made where it is missing, and not left to it where that fails.
 * @returns the rules, as a descriptor to be closed; negative when the kernel refuses them.
 */
export function rulesetOf(kernel: Kernel, folder: string | undefined): number {
  const { landlock: version, tellsSignalsApart } = kernel
  const files = (1n << BigInt(FILE_RIGHTS[Math.min(version, FILE_RIGHTS.length - 1)]!)) - 1n
  const handled = [files]
  if (version >= TCP_SINCE) handled.push(TCP)
  if (version >= SCOPES_SINCE) handled.push(ABSTRACT_SOCKETS | (tellsSignalsApart ? SIGNALS : 0n))
  const attributes = BigUint64Array.from(handled)
  const ruleset = kernel.call('landlock_create_ruleset', attributes, attributes.byteLength)
  if (ruleset < 0) return ruleset
  const leave = (descriptor: number, rights: number) => {
    const rule = new DataView(new ArrayBuffer(12))
    rule.setBigUint64(0, BigInt(rights) & files, true)
    rule.setInt32(8, descriptor, true)
    kernel.call('landlock_add_rule', ruleset, PATH_BENEATH, rule)
  }
  const inputs =
    folder === undefined ? undefined : opened(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  if (inputs !== undefined) {
    leave(inputs, IN_FOLDER)
    closeSync(inputs)
  }
  // stays open: the kernel might forget the file of that name, and the rule with it
  const memory = opened(OWN_MEMORY)
  if (memory !== undefined) leave(memory, READ_FILE)
  return ruleset
}

/** Names it, and can do nothing else. */
function opened(path: string, make = (): void => undefined): number | undefined {
  try {
    make()
    return openSync(path, O_PATH | O_CLOEXEC)
  } catch {
    // whoever needs it is told when it is used
    return undefined
  }
}
