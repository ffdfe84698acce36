/** The system's C library, for what Bun has no call of its own for. */
import { dlopen, type FFIFunction } from 'bun:ffi'

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
