import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Anything } from './mistakes.js';

const packages = new URL('../../packages/', import.meta.url);

/** Something that a program can import and call, such as `@grapevine/net#Router.accept`. */
export interface Callable {
  readonly name: string;
  /** Whether it takes arguments. */
  readonly takesArguments: boolean;
}

/** Everything that the packages export. A new export is included by itself. */
export async function publicSurface(): Promise<Callable[]> {
  const exported = new Map<unknown, string>();
  for (const entry of entries()) {
    for (const [name, value] of Object.entries((await import(entry)) as Record<string, Anything>)) {
      if (typeof value === 'function' && !exported.has(value)) exported.set(value, name);
    }
  }
  return [...exported].flatMap(([value, name]) => callablesOf(name, value, (base) => exported.has(base)));
}

function entries(): string[] {
  return readdirSync(fileURLToPath(packages)).flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), 'utf8')) as {
      readonly name: string;
      readonly exports: Readonly<Record<string, unknown>>;
    };
    return Object.keys(exports)
      .filter((path) => path !== './package.json')
      .map((path) => `${name}${path.slice(1)}`);
  });
}

/** @param isExported - whether a class that this one extends is exported, too */
function callablesOf(name: string, value: Anything, isExported: (base: unknown) => boolean): Callable[] {
  const text = Function.prototype.toString.call(value);
  if (!/^class\b/.test(text)) return [{ name, takesArguments: parametersOf(text) !== '' }];
  if (value === Error || value.prototype instanceof Error) return []; // only the packages make errors
  const made = /\bconstructor\s*\(/.exec(text);
  return [
    { name: `new ${name}`, takesArguments: made !== null && parametersOf(text.slice(made.index)) !== '' },
    ...methodsOf(value).map((method) => ({ ...method, name: `${name}.${method.name}` })),
    ...inherited(value, isExported).map((method) => ({ ...method, name: `${name}#${method.name}` })),
  ];
}

function inherited(value: Anything, isExported: (base: unknown) => boolean): Callable[] {
  const methods = new Map<string, Callable>();
  for (let of = value; of?.prototype && (of === value || !isExported(of)); of = Object.getPrototypeOf(of)) {
    for (const method of methodsOf(of.prototype)) if (!methods.has(method.name)) methods.set(method.name, method);
  }
  return [...methods.values()];
}

function methodsOf(holder: object): Callable[] {
  return Object.entries(Object.getOwnPropertyDescriptors(holder)).flatMap(([name, { value }]) =>
    typeof value === 'function' && name !== 'constructor'
      ? [{ name, takesArguments: parametersOf(Function.prototype.toString.call(value)) !== '' }]
      : [],
  );
}

/** The text between the first parentheses. */
function parametersOf(text: string): string {
  const arrow = /^(?:async\s+)?(\w+)\s*=>/.exec(text);
  if (arrow) return arrow[1] as string;
  return /\(\s*([^)\s]*)/.exec(text)?.[1] ?? '';
}
