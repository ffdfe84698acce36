/** The system's C library, for what Bun has no call of its own for. */
import { dlopen, type FFIFunction, ptr } from 'bun:ffi'

/** Before glibc 2.34 a part of it was beside it. */
const NAMES = process.platform === 'darwin' ? ['libSystem.B.dylib'] : ['libc.so.6', 'libdl.so.2', 'libc.so']

/** @returns undefined where there is none, or none with these functions. */
export function openLibc<const T extends Record<string, FFIFunction>>(functions: T) {
  for (const name of NAMES) {
    try {
      return dlopen(name, functions).symbols
    } catch {
      // the next one may be it
    }
  }
  return undefined
}

/** Any library of this process: dlfcn.h. */
const RTLD_DEFAULT = process.platform === 'darwin' ? -2n : 0n

/** Where a function of this process lies. @throws Error when there is none. */
export function addressOf(name: string): bigint {
  const text = new TextEncoder().encode(`${name}\0`)
  const address = openLibc({ dlsym: { args: ['i64', 'ptr'], returns: 'u64' } })?.dlsym(RTLD_DEFAULT, ptr(text))
  if (!address) throw new Error(`the C library has no ${name}`)
  return BigInt(address)
}
