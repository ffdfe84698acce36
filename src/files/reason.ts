/** Why the operating system refused a file or an address, in words: nobody has to know what ENOENT stands for. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is denied',
  EPERM: 'the system does not permit it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'it exists already',
  ENOTEMPTY: 'the folder is not empty',
  EXDEV: 'it lies on another disk',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file would grow too large',
  EROFS: 'the disk is read-only',
  EIO: 'the disk fails',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ENOMEM: 'the memory is used up',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'another program uses it',
  ETXTBSY: 'another program runs it',
  EBADF: 'it is not open',
  ENXIO: 'there is no such device',
  ENODEV: 'there is no such device',
  EPIPE: 'nobody reads it any more',
  ECONNREFUSED: 'nothing listens there',
  ConnectionRefused: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'it is no address of this machine',
  EAFNOSUPPORT: 'this machine has no addresses of its kind',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'there is no host of that name',
}

/** The code of an error of the operating system, as `ENOENT`; undefined for errors of another kind. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined
  return Object.hasOwn(REASONS, error.code) || /^E[A-Z]{2,}$/.test(error.code) ? error.code : undefined
}

/** Goes on after `cannot be read: `; of an error of another kind its own message, or that of its cause where it has none. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error)
  if (code === undefined) {
    if (!(error instanceof Error)) return String(error)
    // streams say nothing themselves and keep what zlib said as the cause
    return error.message === '' && error.cause !== undefined ? reasonOf(error.cause) : error.message
  }
  // the rest of the system's own text is its code, its call and the path, which the sentence around has
  return REASONS[code] ?? (error as Error).message.replace(/^E[A-Z]+: /, '').replace(/, \w+(?: '.*')?$/s, '')
}
