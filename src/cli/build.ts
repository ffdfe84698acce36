/** Which program this is, down to its engine: a gateway and its sandbox hosts have to be the same one. */
import { version } from '../../package.json'
import { artefacts } from '../../sandbox/engine.json'

/** Given to `bun build` by the Makefile; a program that runs from its sources has none. */
declare const MELTICA_COMMIT: string | undefined

const COMMIT = typeof MELTICA_COMMIT === 'string' && MELTICA_COMMIT !== '' ? MELTICA_COMMIT : 'sources'

export const BUILD = `${version} ${COMMIT} engine ${artefacts['engine.wasm']}`
