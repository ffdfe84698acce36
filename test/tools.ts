/**
 * What tests need besides Bun, whether it is here, and how to get it. Where it can be had for sure (in CI, and for root on
 * Debian, where `make test` installs it) a tool that is missing is a fault; elsewhere the tests that need it are skipped
 * and counted.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Tool {
  readonly isHere: () => boolean
  /** Goes on after its name. */
  readonly get: string
  /** Not even root can have it everywhere: tests that need it may be skipped anywhere. */
  readonly isRare?: true
}

const VENV = join(import.meta.dir, '../.venv/bin')
/** The first one is made for tests, and takes half the work to draw the same. */
const CHROMIUMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const DEBIAN = 'on Debian: apt-get install'
const FINDS = 'import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))'
/** Mounts of one's own are the right of root, and not in every container. */
const MOUNT = ['unshare', '-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']
/** ext4 in a file, mounted for a moment. */
const EXT4 = [
  'unshare',
  '-m',
  'sh',
  '-c',
  'f=$(mktemp) && truncate -s 8M "$f" && mkfs.ext4 -qF "$f" && mount -o loop "$f" /mnt; s=$?; rm -f "$f"; exit $s',
]

const TOOLS = {
  chromium: { isHere: () => chromiumPath() !== undefined, get: `a browser; ${DEBIAN} chromium-headless-shell` },
  curl: program('curl', `${DEBIAN} curl`),
  shellcheck: program('shellcheck', `${DEBIAN} shellcheck`),
  strace: {
    isHere: () => runs(['strace', '-o', '/dev/null', 'true']) && mayAttach(),
    get: `and the right to trace other processes; ${DEBIAN} strace, and run the tests as root`,
  },
  prlimit: program('prlimit', `of util-linux; ${DEBIAN} util-linux`),
  zsh: program('zsh', `${DEBIAN} zsh`),
  fish: program('fish', `${DEBIAN} fish`),
  promtool: program('promtool', `of Prometheus; ${DEBIAN} prometheus`),
  mount: { isHere: () => runs(MOUNT), get: 'and the right to mount a file system; run the tests as root' },
  ext4: {
    isHere: () => runs(EXT4),
    get: 'in a file, and the right to mount it; on Debian: apt-get install e2fsprogs, and run the tests as root',
    isRare: true,
  },
  python: {
    isHere: () => existsSync(join(VENV, 'schemathesis')) && existsSync(join(VENV, 'openapi-python-client')),
    get: `3 with venv, and what test/requirements.txt lists from PyPI; ${DEBIAN} python3-venv`,
  },
  quantstats: {
    // to import them takes a second and more
    isHere: () => runs([join(VENV, 'python'), '-c', FINDS, 'empyrical', 'quantstats']),
    get: `and empyrical, in Python, and what test/requirements.txt lists from PyPI; ${DEBIAN} python3-venv`,
  },
  systemd: program('systemd-analyze', `${DEBIAN} systemd`),
  proc: { isHere: () => existsSync('/proc/self/environ'), get: 'the file system of Linux about its processes' },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS
const NAMES = Object.keys(TOOLS) as ToolName[]

const known = new Map<ToolName, boolean>()

const isRare = (name: ToolName): boolean => 'isRare' in TOOLS[name]

function isHere(name: ToolName): boolean {
  const here = known.get(name) ?? TOOLS[name].isHere()
  known.set(name, here)
  return here
}

/** Where `make test` installs what is missing. */
export const isInstalling = process.getuid?.() === 0 && isDebian()

/** Where no test may be skipped. */
export const isStrict = Boolean(process.env.CI) || isInstalling

/** For `test.skipIf`. @throws Error where no test may be skipped. */
export function lacks(...names: readonly ToolName[]): boolean {
  const missing = names.filter((name) => !isHere(name))
  if (isStrict && missing.some((name) => !isRare(name))) throw new Error(missing.map(toldOf).join('; '))
  return missing.length > 0
}

/** A line for each tool that is missing: what it is, and how to get it. */
export const missingTools = (): string[] => NAMES.filter((name) => !isHere(name)).map(toldOf)

/** The path of a browser. */
export const chromiumPath = (): string | undefined => CHROMIUMS.flatMap((name) => Bun.which(name) ?? [])[0]

const toldOf = (name: ToolName): string => `${name} is missing: ${TOOLS[name].get}`

function program(name: string, get: string): Tool {
  return { isHere: () => Bun.which(name) !== null, get }
}

function runs(command: string[]): boolean {
  try {
    return Bun.spawnSync(command).exitCode === 0
  } catch {
    return false
  }
}

/** To a process that one did not start: Yama may keep it for root. */
function mayAttach(): boolean {
  const scope = '/proc/sys/kernel/yama/ptrace_scope'
  return process.getuid?.() === 0 || !existsSync(scope) || readFileSync(scope, 'utf8').trim() === '0'
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
}
