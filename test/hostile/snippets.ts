/**
 * Bodies of a handler that try to get stuck, large or deep, each in its own way, and how each must end.
 * `helpers`, `runtime` and `numbers(n)` are in reach.
 */
import type { Fault } from '../../src/sandbox/fault'

/** `completed`: it ends by itself, for what it tried was refused in time. */
export type Ending = Fault['cause'] | 'completed'
type Snippets = Readonly<Record<string, readonly [body: string, ...endings: Ending[]]>>

/** Code of the strategy that never ends: QuickJS's interrupt handler ends it. */
export const STUCK: Snippets = {
  'while (true)': ['while (true) {}', 'interrupted'],
  'for (;;)': ['for (;;);', 'interrupted'],
  'do while': ['do {} while (true);', 'interrupted'],
  'for of an endless generator': ['function* g() { while (true) yield 1; } for (const _ of g());', 'interrupted'],
  'a label that is continued': ['again: for (;;) { for (;;) continue again; }', 'interrupted'],
  'a catch-all around the loop': ['for (;;) { try { while (true) {} } catch {} }', 'interrupted'],
  'a finally that loops': ['try { while (true) {} } finally { while (true) {} }', 'interrupted'],
  'a caught end that must not go on': ["try { while (true) {} } catch (e) { helpers.log('caught') }", 'interrupted'],
  'await without end': ['(async () => { for (;;) await 0; })();', 'interrupted'],
  'an async generator without end': [
    '(async () => { for await (const _ of (async function* () { for (;;) yield 1 })()); })();',
    'interrupted',
  ],
  'an iterator whose return() loops': [
    'for (const _ of { [Symbol.iterator]: () => ({ next: () => ({}), return() { while (true) {} } }) }) break;',
    'interrupted',
  ],
  'a getter that loops while converting': ['String({ toString() { while (true) {} } })', 'interrupted'],
  'a proxy that loops': [
    'new Proxy({}, { has() { while (true) {} } }).x; "y" in new Proxy({}, { has() { while (true) {} } })',
    'interrupted',
  ],
  'a finalizer that loops': [
    'globalThis.r = new FinalizationRegistry(() => { while (true) {} }); r.register({}, 1);',
    'completed',
    'interrupted',
  ],
  'calls that branch': ['const f = (n) => (n ? f(n - 1) + f(n - 1) : 1); f(60);', 'interrupted'],
  'a comparer that loops': ['[3, 1, 2].sort(() => { while (true) {} });', 'interrupted'],
  'a random comparer': [
    'const a = Array.from({ length: 5e4 }, (_, i) => i); for (;;) a.sort(() => Math.random() - 0.5);',
    'interrupted',
  ],
  'a catastrophic regular expression': ["/^(a+)+$/.test('a'.repeat(40) + 'b');", 'interrupted'],
  'a catastrophic back reference': ["/(x+x+)+y/.test('x'.repeat(200));", 'interrupted'],
  'straight code of 30,000 steps': [`let x; for (;;) { ${'x = 1;'.repeat(15_000)} }`, 'trapped'],
  'toJSON that loops': ['JSON.stringify({ toJSON() { while (true) {} } });', 'interrupted'],
  'a reviver that loops': ["JSON.parse('[1,2]', () => { while (true) {} });", 'interrupted'],
}

/** Native functions that take very long: the fuel inside the wasm ends them, by a trap where nothing polls. */
export const NATIVES: Snippets = {
  'replace that multiplies': ["'a'.repeat(1e6).replace(/a/g, () => 'b'.repeat(1e5));", 'out-of-memory', 'interrupted'],
  'reverse of a huge array-like': ['Array.prototype.reverse.call({ length: 2 ** 53 - 1 });', 'trapped'],
  'indexOf on a huge array-like': ['Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);', 'trapped'],
  'fill of a huge array-like': ['Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1);', 'trapped', 'out-of-memory'],
  'join of a huge array-like': ["Array.prototype.join.call({ length: 2 ** 32 - 1 }, '');", 'trapped'],
  'includes on a huge sparse array': ['const a = []; a.length = 2 ** 32 - 1; a.includes(1);', 'trapped'],
  'sort of a large array, again and again': [
    'const a = Array.from({ length: 3e5 }, (_, i) => -i); for (;;) a.sort();',
    'interrupted',
    'trapped',
    'out-of-memory',
  ],
  'sort of a large typed array, again and again': ['const a = new Float64Array(1e6); for (;;) a.sort();', 'trapped'],
  'JSON of a tree that branches': [
    'let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; JSON.stringify(o);',
    'trapped',
    'out-of-memory',
  ],
  'flat of a tree that branches': [
    'let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; o.flat(Infinity);',
    'trapped',
    'stack-overflow',
  ],
  'a BigInt power': ['(2n ** 200000n) ** 60n;', 'trapped'],
  'a BigInt to decimal': ['(2n ** 4000000n).toString();', 'exception', 'trapped'],
  'normalize of a long string': ["for (;;) 'ä'.repeat(1e6).normalize('NFD');", 'trapped', 'out-of-memory'],
  'localeCompare of long strings': [
    "const s = 'ä'.repeat(1e6); for (;;) s.localeCompare(s + 'b');",
    'trapped',
    'interrupted',
    'out-of-memory',
  ],
  'copyWithin of a large array': ['const a = new Uint8Array(8e6); for (;;) a.copyWithin(0, 1);', 'trapped'],
  'fill of a large array': ['const a = new Uint8Array(8e6); for (;;) a.fill(1);', 'trapped', 'interrupted'],
  'large buffers made and dropped': ['for (;;) new Uint8Array(8e6);', 'trapped', 'interrupted'],
  'slices of a large buffer': ['const a = new ArrayBuffer(6e6); for (;;) a.slice(0);', 'trapped', 'interrupted'],
  'repeat to the limit, again and again': ["for (;;) 'x'.repeat(4e6);", 'trapped', 'interrupted'],
  'concatenation of large strings': [
    "const s = 'x'.repeat(5e6); for (;;) (s + 'y').at(-1);",
    'trapped',
    'interrupted',
    'out-of-memory',
  ],
}

/** More memory than there is. */
export const LARGE: Snippets = {
  'an array that grows': ['const a = []; for (;;) a.push([1, 2, 3]);', 'out-of-memory'],
  'a string that doubles': ["let s = 'x'; for (;;) s += s;", 'out-of-memory', 'exception'],
  'replaceAll that doubles': [
    "let s = 'aa'; for (;;) s = s.replaceAll('a', 'aa');",
    'out-of-memory',
    'exception',
    'trapped',
  ],
  'Array(1e9) filled': ['new Array(1e9).fill(0);', 'out-of-memory', 'trapped', 'interrupted'],
  'a huge typed array': ['new Uint8Array(2 ** 31 - 1);', 'out-of-memory', 'exception'],
  "'x'.repeat(1e9)": ["'x'.repeat(1e9);", 'out-of-memory', 'exception'],
  'padEnd to the limit': ["''.padEnd(2 ** 29, 'ab');", 'out-of-memory', 'exception'],
  'a split into very many': ["'a'.repeat(1e7).split('');", 'out-of-memory'],
  'a spread of ten million': ['Math.max(...new Array(1e7).fill(0));', 'out-of-memory', 'exception'],
  'apply with ten million': ['String.fromCharCode.apply(null, new Array(1e7).fill(65));', 'out-of-memory', 'exception'],
  'a map that grows': ['const m = new Map(); for (let i = 0; ; i++) m.set(i, {});', 'out-of-memory', 'interrupted'],
  'out of memory that is caught': [
    "try { const a = []; for (;;) a.push([1, 2, 3]); } catch (e) { helpers.log('caught') }",
    'completed',
  ],
}

/** Memory that is used up and held: the next events end the same way, until what holds it ends with them. */
export const HELD: Snippets = {
  'promise jobs without end': [
    'const again = () => Promise.resolve().then(again); again();',
    'interrupted',
    'out-of-memory',
    'completed',
  ],
  'closures that are kept': ['globalThis.kept = []; for (;;) kept.push(() => kept);', 'out-of-memory'],
  'a state that grows': ['helpers.state.list = []; for (;;) helpers.state.list.push({});', 'out-of-memory'],
}

/** Deeper than the stack. */
export const DEEP: Snippets = {
  recursion: ['(function f() { f(); })();', 'stack-overflow'],
  'recursion through toString': ["const o = { toString() { return '' + o; } }; '' + o;", 'stack-overflow'],
  'recursion through toJSON': [
    'const o = { toJSON() { return JSON.stringify(o); } }; JSON.stringify(o);',
    'stack-overflow',
  ],
  'recursion through a proxy': ['const p = new Proxy({}, { get: (_, k, r) => r[k] }); p.x;', 'stack-overflow'],
  'JSON.stringify of something deep': [
    'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; JSON.stringify(o);',
    'stack-overflow',
  ],
  'JSON.parse of something deep': ["JSON.parse('['.repeat(1e6));", 'stack-overflow', 'trapped'],
  'a deep regular expression': ["new RegExp('('.repeat(1e5) + ')'.repeat(1e5));", 'exception', 'stack-overflow'],
  'a log of something deep': ['let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; helpers.log(o);', 'completed'],
  'recursion that is caught': ["try { (function f() { f(); })(); } catch (e) { helpers.log('caught') }", 'completed'],
}

/** What is thrown is no plain error; describing it must run nothing. */
export const THROWN: Snippets = {
  'a proxy': [
    'throw new Proxy({}, { ownKeys() { while (true) {} }, get() { while (true) {} }, getPrototypeOf() { while (true) {} } });',
    'exception',
  ],
  'an error of getters': [
    "const e = new Error('x'); for (const k of ['message', 'stack', 'name']) Object.defineProperty(e, k, { get() { while (true) {} } }); throw e;",
    'exception',
  ],
  'an object with toString': [
    'throw { toString() { while (true) {} }, get message() { while (true) {} } };',
    'exception',
  ],
  'a string of 4 MB': ["throw 'ä'.repeat(2e6);", 'exception'],
  'a symbol': ["throw Symbol('s');", 'exception'],
  undefined: ['throw undefined;', 'exception'],
  null: ['throw null;', 'exception'],
  'a number': ['throw 42;', 'exception'],
  'a function': ['throw () => {};', 'exception'],
  'a rejected proxy': ['Promise.reject(new Proxy({}, { get() { while (true) {} } }));', 'exception'],
  'an error with a prepareStackTrace that loops': [
    'Error.prepareStackTrace = () => { while (true) {} }; null.x;',
    'exception',
  ],
  'an error with a stackTraceLimit that loops': [
    'Error.stackTraceLimit = { valueOf() { while (true) {} } }; null.x;',
    'exception',
  ],
}

/** Floods of what leaves the sandbox. */
export const FLOODS: Snippets = {
  'logs of 10 KB, ten million times': [
    "const s = 'x'.repeat(1e4); for (let i = 0; i < 1e7; i++) helpers.log(s);",
    'exception',
    'interrupted',
  ],
  'logs of 1 MB, caught, for ever': [
    "const s = 'x'.repeat(1e6); for (;;) { try { helpers.log(s); } catch {} }",
    'interrupted',
    'trapped',
  ],
  'logs of a huge object, for ever': [
    'const a = Array.from({ length: 1e4 }, () => ({ a: [1, 2] })); for (;;) helpers.log(a, new Map([[a, a]]));',
    'interrupted',
    'exception',
  ],
  'logs of a proxy that loops': ['helpers.log(new Proxy({}, { ownKeys() { while (true) {} } }));', 'interrupted'],
  'logs of a sparse array': ['const a = []; a.length = 2 ** 32 - 1; helpers.log(a);', 'completed'],
  'a million orders': ["for (let i = 0; i < 1e6; i++) runtime.submitMarketOrder('', 'buy', '1');", 'exception'],
  'orders for ever, caught': [
    "for (;;) { try { runtime.submitMarketOrder('', 'buy', '1'); } catch {} }",
    'interrupted',
  ],
  'orders with names of 1 MB': [
    "const s = 'x'.repeat(1e6); for (;;) { try { runtime.submitMarketOrder(s, 'buy', '1'); } catch {} }",
    'interrupted',
    'trapped',
  ],
  'questions for ever, caught': ['for (;;) { try { runtime.openOrders(); } catch {} }', 'interrupted'],
  'sleeps for ever': ['for (;;) helpers.sleep(1);', 'exception'],
}

/** What a strategy may well do, and must not be ended for. */
export const HONEST: Snippets = {
  '100,000 turns': ['let s = 0; for (let i = 0; i < 1e5; i++) s += (i * i) % 7;', 'completed'],
  'a sort of 10,000 numbers': ['numbers(1e4).sort((a, b) => a - b);', 'completed'],
  'a sort of 10,000 numbers as text': ['numbers(1e4).sort();', 'completed'],
  'JSON of 100 KB, both ways': ['JSON.parse(JSON.stringify(numbers(5600)));', 'completed'],
  'mean and deviation of 10,000 numbers': [
    'const a = numbers(1e4), m = a.reduce((s, x) => s + x, 0) / a.length; a.map((x) => (x - m) ** 2).reduce((s, x) => s + x, 0);',
    'completed',
  ],
  'a map of 10,000 objects': [
    "const m = new Map(); for (let i = 0; i < 1e4; i++) m.set('k' + i, { i }); [...m.values()].filter((v) => v.i & 1);",
    'completed',
  ],
  '500 lines logged': ["for (let i = 0; i < 500; i++) helpers.log('line', i);", 'completed'],
}
