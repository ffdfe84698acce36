/** The command line of a command of this same program. @param script the program's file, of no meaning in a built executable. */
export function ownCommandLine(executable: string, script: string, command: string): string[] {
  return Bun.isStandaloneExecutable ? [executable, command] : [executable, script, command]
}
