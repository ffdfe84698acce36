/** Which program this is, down to its engine: a gateway and its sandbox hosts have to be the same one. */
import { version } from '../../package.json'
import { artefacts } from '../../sandbox/engine.json'

/** Given to `bun build` by the Makefile; a program that runs from its sources has none. */
declare const MELTICA_COMMIT: string | undefined

const COMMIT = typeof MELTICA_COMMIT === 'string' && MELTICA_COMMIT !== '' ? MELTICA_COMMIT : 'sources'

/** As metrics tell it. */
export const BUILD_INFO = { version, commit: COMMIT, engine: artefacts['engine.wasm'] }

export const BUILD = `${version} ${COMMIT} engine ${BUILD_INFO.engine}`
