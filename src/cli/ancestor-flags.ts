/** A command that also understands the single-dash flags of the Go ancestor: `-strategy grid -data=file.csv`. */
import { Command } from 'commander'

const FLAG = /^--?(strategy|data|strategies\.dir)(=.*)?$/s

export class AncestorCommand extends Command {
  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    return super.parseOptions(argv.map(modern))
  }
}

function modern(argument: string): string {
  const [, name, value = ''] = FLAG.exec(argument) ?? []
  if (name === undefined) return argument
  return `--${name === 'strategies.dir' ? 'strategies' : name}${value}`
}
