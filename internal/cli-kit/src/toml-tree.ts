import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { UsageError } from './usage-error.js';

/** A value of a TOML file that knows the line it stands on. */
export type TomlValue =
  | TomlTable
  | { readonly type: 'array'; readonly line: number; readonly items: TomlValue[] }
  | { readonly type: 'string'; readonly line: number; readonly value: string }
  | { readonly type: 'integer'; readonly line: number; readonly value: bigint }
  | { readonly type: 'float'; readonly line: number; readonly value: number }
  | { readonly type: 'boolean'; readonly line: number; readonly value: boolean }
  | { readonly type: 'date'; readonly line: number };

export interface TomlTable {
  readonly type: 'table';
  readonly line: number;
  readonly entries: Map<string, TomlEntry>;
}

/** A key's value, and the line of the key: in a table of its own that is another line than the value's. */
export interface TomlEntry {
  readonly line: number;
  readonly value: TomlValue;
}

/** @throws UsageError that begins with `FILE:LINE:` when the text is not TOML */
export function parseToml(text: string, file: string): TomlTable {
  const root = table(1);
  for (const node of parse(text, file).body[0].body) {
    if (node.type === 'TOMLKeyValue') addKeyValue(root, node);
    else addTable(root, node);
  }
  return root;
}

function parse(text: string, file: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (error instanceof ParseError)
      throw new UsageError(`${file}:${error.lineNumber}: this is not TOML (${error.message})`);
    throw error;
  }
}

function addTable(root: TomlTable, node: AST.TOMLTable): void {
  const { line } = node.loc.start;
  let target = root;
  for (const [index, key] of node.resolvedKey.entries()) {
    if (typeof key === 'number') continue; // the parser's own count of the items of an array of tables
    const item = node.resolvedKey[index + 1];
    target = typeof item === 'number' ? itemOf(target, key, item, line) : tableOf(target, key, line);
  }
  for (const entry of node.body) addKeyValue(target, entry);
}

function addKeyValue(root: TomlTable, { key, value }: AST.TOMLKeyValue): void {
  const { line } = key.loc.start;
  const names = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const last = names.pop() as string;
  let target = root;
  for (const name of names) target = tableOf(target, name, line);
  target.entries.set(last, { line, value: convert(value) });
}

function tableOf(parent: TomlTable, key: string, line: number): TomlTable {
  const known = parent.entries.get(key)?.value;
  if (known?.type === 'table') return known;
  const value = table(line);
  parent.entries.set(key, { line, value });
  return value;
}

function itemOf(parent: TomlTable, key: string, index: number, line: number): TomlTable {
  const known = parent.entries.get(key)?.value;
  const items = known?.type === 'array' ? known.items : [];
  if (known?.type !== 'array') parent.entries.set(key, { line, value: { type: 'array', line, items } });
  const item = items[index];
  if (item?.type === 'table') return item;
  const added = table(line);
  items[index] = added;
  return added;
}

function convert(node: AST.TOMLContentNode): TomlValue {
  const { line } = node.loc.start;
  switch (node.type) {
    case 'TOMLArray':
      return { type: 'array', line, items: node.elements.map(convert) };
    case 'TOMLInlineTable': {
      const value = table(line);
      for (const entry of node.body) addKeyValue(value, entry);
      return value;
    }
    case 'TOMLValue':
      return convertScalar(node, line);
  }
}

function convertScalar(node: AST.TOMLValue, line: number): TomlValue {
  switch (node.kind) {
    case 'string':
      return { type: 'string', line, value: node.value };
    case 'integer':
      return { type: 'integer', line, value: node.bigint };
    case 'float':
      return { type: 'float', line, value: node.value };
    case 'boolean':
      return { type: 'boolean', line, value: node.value };
    case 'offset-date-time':
    case 'local-date-time':
    case 'local-date':
    case 'local-time':
      return { type: 'date', line };
  }
}

function table(line: number): TomlTable {
  return { type: 'table', line, entries: new Map() };
}
