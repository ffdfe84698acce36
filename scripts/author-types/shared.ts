/** What the author's types share with the sources of the product: the declarations themselves, copied. */
import { dirname, relative, sep } from 'node:path'
import ts from 'typescript'
import { FIGURES, type Figure } from '../../src/backtest/statistics/figures'
import { ROOT, type Sources } from './program'

/** Made of a table, so there is no declaration that an author could read. */
const STATISTICS = 'Statistics'

/**
 * @returns the text of each type that the tests' declaration imports from src/, and of those that these refer to, by the name that
 * it is imported by.
 */
export function sharedDeclarations({ testing, checker }: Sources): Map<string, string> {
  const found = new Map<string, string>()
  const take = (name: string, symbol: ts.Symbol) => {
    const [declaration] = symbol.declarations ?? []
    if (found.has(name) || !declaration || !isOurs(declaration)) return
    if (name === STATISTICS) {
      found.set(name, statistics())
      return
    }
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isTypeAliasDeclaration(declaration))
      throw new Error(`${name} is no type that authors can read`)
    found.set(name, textOf(declaration, name))
    eachReference(declaration, (reference) => take(reference.text, meant(checker, reference)))
  }
  for (const statement of testing.statements) {
    if (!ts.isImportDeclaration(statement)) continue
    const bindings = statement.importClause?.namedBindings
    if (!bindings || !ts.isNamedImports(bindings)) continue
    for (const { name } of bindings.elements) take(name.text, meant(checker, name))
  }
  return found
}

function meant(checker: ts.TypeChecker, name: ts.Identifier): ts.Symbol {
  const symbol = checker.getSymbolAtLocation(name)
  if (!symbol) throw new Error(`${name.text} is not declared`)
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function isOurs(node: ts.Node): boolean {
  return !relative(ROOT, dirname(node.getSourceFile().fileName)).split(sep).includes('node_modules')
}

function eachReference(node: ts.Node, take: (name: ts.Identifier) => void): void {
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : undefined
  if (name && ts.isIdentifier(name)) take(name)
  ts.forEachChild(node, (child) => eachReference(child, take))
}

function textOf(declaration: ts.InterfaceDeclaration | ts.TypeAliasDeclaration, name: string): string {
  const text = declaration
    .getFullText()
    .trim()
    .replace(/^(?!.*^export )(?=interface |type )/ms, 'export ')
  return text.replace(new RegExp(`\\b(interface|type) ${declaration.name.text}\\b`), `$1 ${name}`)
}

function statistics(): string {
  const members = Object.entries<Figure>(FIGURES).map(([name, figure]) => {
    const { label, unit, formula } = figure
    const said = [`${label}${UNITS[unit]}`, formula].filter(Boolean).join(': ')
    return `  /** ${said.replaceAll('*/', '* /')}. */\n  readonly ${name}: number | null`
  })
  return `/** The figures of a run, each with its formula; docs/backtest.md has their sources. Null where one is not defined. */
export interface ${STATISTICS} {
${members.join('\n')}
}`
}

const UNITS: Readonly<Record<Figure['unit'], string>> = {
  percent: ', in percent',
  time: ', in ms since 1970',
  duration: ', in ms',
  money: ', in money',
  ratio: '',
  count: '',
}
