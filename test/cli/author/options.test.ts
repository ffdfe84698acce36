/** What tests may write is what the command takes: one list. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import ts from 'typescript'
import { runOptions } from '../../../src/cli/run/options'

const DECLARATION = join(import.meta.dir, '../../../sandbox/testing.d.ts')
/** `--set` is `config` there. */
const TYPED_AS: Readonly<Record<string, string>> = { set: 'config' }

test('every option of a run is typed for tests', () => {
  const source = ts.createSourceFile(DECLARATION, readFileSync(DECLARATION, 'utf8'), ts.ScriptTarget.ESNext, true)
  const options = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === 'BacktestOptions')
  const typed =
    options && ts.isInterfaceDeclaration(options) ? options.members.map((member) => member.name?.getText()) : []
  const taken = runOptions(new Command()).options.map((option) => option.attributeName())
  expect(taken.length).toBeGreaterThan(20)
  expect(taken.map((name) => TYPED_AS[name] ?? name).filter((name) => !typed.includes(name))).toEqual([])
})
