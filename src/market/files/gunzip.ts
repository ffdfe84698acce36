/** Unpacks gzip as gzip(1) does: several members are one text, and zeros that pad the last one are nothing. */
import { Duplex } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Bytes unpacked at once. */
const CHUNK = 524_288

export function gunzip() {
  return Duplex.toWeb(createGunzip({ chunkSize: CHUNK }))
}
