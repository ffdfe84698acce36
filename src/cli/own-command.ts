/** A file without settings. A `bunfig.toml` of the working directory, which may be an author's, could load code of its own. */
const NO_SETTINGS = '--config=/dev/null'

/** The command line of a command of this same program. @param script the program's file, of no meaning in a built executable. */
export function ownCommandLine(executable: string, script: string, command: string): string[] {
  return Bun.isStandaloneExecutable ? [executable, command] : [executable, NO_SETTINGS, script, command]
}
