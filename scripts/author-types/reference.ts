/** The page of the strategy API, from the comments of its declaration. */
import ts from 'typescript'
import { commentOf } from './program'

/** The titles of the page, each before the declaration that begins its part. */
const TITLES: Readonly<Record<string, string>> = {
  strategy: 'A strategy',
  Metadata: 'Metadata and config',
  Environment: 'What `create` is given',
  Helpers: 'Helpers',
  Side: 'Runtime: orders and accounts',
  Context: 'Handlers',
  StrategyEvent: 'Events',
  Console: 'Globals',
  test: 'Tests',
  BacktestOptions: 'Options of a backtest',
  BacktestResult: 'Results',
  SweepOptions: 'Searches',
  Expectation: 'Matchers',
  BacktestSettings: 'Parts of results',
}

const HEAD = `<!-- Written by \`make types\` from sandbox/strategy.d.ts and sandbox/testing.d.ts: change those. -->
`
/** Longer types say less than their comment. */
const MAX_TYPE_CHARS = 240

/** @param declaration the text of `meltica.d.ts`. */
export function referenceText(declaration: string): string {
  const source = ts.createSourceFile('meltica.d.ts', declaration, ts.ScriptTarget.ESNext, true)
  const parts: string[] = [HEAD, '# The strategy API', '']
  const titled = new Set<string>()
  for (const module of source.statements) {
    if (!ts.isModuleDeclaration(module) || !module.body || !ts.isModuleBlock(module.body)) continue
    const head = intro(module)
    const sections = module.body.statements.flatMap((statement) => sectionsOf(statement))
    const [first] = sections
    if (titled.size === 0) parts.push(head, '')
    for (const { name, text } of sections) {
      const title = TITLES[name]
      if (title !== undefined) {
        titled.add(name)
        parts.push(`## ${title}`, '')
      }
      if (titled.size > 1 && name === first?.name) parts.push(head, '')
      parts.push(text, '')
    }
  }
  const unused = Object.keys(TITLES).filter((name) => !titled.has(name))
  if (unused.length > 0) throw new Error(`no declaration is called ${unused.join(', ')}`)
  return `${parts.join('\n').trim()}\n`
}

function intro(module: ts.ModuleDeclaration): string {
  return wrapped(commentOf(module))
}

interface Section {
  readonly name: string
  readonly text: string
}

function sectionsOf(statement: ts.Statement): Section[] {
  if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body))
    return statement.body.statements.flatMap((one) =>
      ts.isInterfaceDeclaration(one) ? [section(one, one.name.text)] : [],
    )
  const exported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport)
  if (!exported) return []
  if (
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isFunctionDeclaration(statement)
  )
    return [section(statement, statement.name!.text)]
  return []
}

const isExport = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.ExportKeyword

type Documented = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.FunctionDeclaration

function section(node: Documented, name: string): Section {
  const lines = [`### ${name}`, '', wrapped(commentOf(node)), '', ...bodyOf(node)]
  return {
    name,
    text: lines
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  }
}

function bodyOf(node: Documented): string[] {
  if (ts.isInterfaceDeclaration(node)) return [...extended(node), ...node.members.map(member)]
  if (ts.isTypeAliasDeclaration(node)) {
    const type = oneLine(node.type.getText())
    return type.length > MAX_TYPE_CHARS || node.type.kind === ts.SyntaxKind.ConditionalType ? [] : [`\`${type}\``]
  }
  const [definition] = node.parameters
  const { name, type } = definition ?? {}
  if (type && ts.isTypeLiteralNode(type)) return [`Of \`${name?.getText()}\`:`, '', ...type.members.map(member)]
  const parameters = node.parameters.map((one) => oneLine(one.getText())).join(', ')
  return [`\`${node.name?.text}(${parameters}): ${oneLine(node.type?.getText() ?? 'void')}\``]
}

function extended({ heritageClauses = ts.factory.createNodeArray() }: ts.InterfaceDeclaration): string[] {
  const bases = heritageClauses.flatMap(({ types }) => types.map((type) => `\`${oneLine(type.getText())}\``))
  return bases.length > 0 ? [`All of ${bases.join(', ')}, and:`, ''] : []
}

function member(node: ts.TypeElement): string {
  const signature = oneLine(node.getText()).replace(/^readonly /, '')
  const comment = wrapped(commentOf(node)).replaceAll('\n', '\n  ')
  return comment === '' ? `- \`${signature}\`` : `- \`${signature}\`: ${comment}`
}

const oneLine = (text: string): string =>
  text
    .replaceAll(/\/\*\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\( /g, '(')
    .replaceAll(/,? \)/g, ')')
    .replace(/^\| /, '')
    .trim()

/** Paragraphs on one line each, as elsewhere in docs/; examples as they are. */
function wrapped(text: string): string {
  return text
    .split(/(```.*?```)/s)
    .map((part, index) => (index % 2 === 1 ? part : prose(part)))
    .join('')
}

function prose(text: string): string {
  return text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ').replaceAll(/@param (\w+)/g, '`$1`:')
}
