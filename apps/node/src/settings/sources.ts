import { readFileSync } from 'node:fs';
import {
  fileProblem,
  parseArguments,
  parseToml,
  positional,
  TomlReader,
  type TomlValue,
  UsageError,
} from '@grapevine/cli-kit';
import { environmentName, type Given, type Setting, tomlKey } from './setting.js';

/** What is set, by flag. */
export type Source = ReadonlyMap<string, Given>;

/** @throws UsageError that names file, line and key */
export function fromFile(path: string, settings: readonly Setting[]): Source {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(fileProblem('read', path, error));
  }
  const reader = new TomlReader(path, '', parseToml(text, path));
  const found = new Map<string, Given>();
  for (const setting of settings) {
    const key = tomlKey(setting);
    const value = reader.take(key);
    if (value === undefined) continue;
    found.set(setting.flag, { texts: textsOf(reader, key, setting, value), where: `${path}:${value.line}: ${key}` });
  }
  reader.end(settings.map(tomlKey).join(', '));
  return found;
}

function textsOf(reader: TomlReader, key: string, { kind }: Setting, value: TomlValue): string[] {
  switch (kind) {
    case 'text':
      return [reader.asText(value, key)];
    case 'list':
      return reader.asItems(value, key).map((item) => reader.asText(item, key));
    case 'switch':
      if (value.type !== 'boolean') throw reader.mustBe(value, key, 'true or false');
      return [String(value.value)];
  }
}

/** Lists are separated by commas; empty variables count as not set. */
export function fromEnvironment(environment: NodeJS.ProcessEnv, settings: readonly Setting[]): Source {
  const found = new Map<string, Given>();
  for (const setting of settings) {
    const where = environmentName(setting);
    const text = environment[where];
    if (text === undefined || text === '') continue;
    const texts = setting.kind === 'list' ? text.split(',').map((part) => part.trim()) : [text];
    found.set(setting.flag, { texts: texts.filter((part) => part !== ''), where });
  }
  return found;
}

/** What the command line says. @param usage the positional arguments, as `positional` takes them. @throws UsageError */
export function fromArguments(
  args: readonly string[],
  settings: readonly Setting[],
  usage: readonly string[],
): { readonly flags: Source; readonly positionals: readonly string[] } {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: Object.fromEntries(settings.map((setting) => [setting.flag, optionOf(setting)])),
  });
  const flags = new Map<string, Given>();
  for (const { flag } of settings) {
    const value = values[flag];
    if (value !== undefined) flags.set(flag, { texts: [value].flat().map(String), where: `--${flag}` });
  }
  return { flags, positionals: positional(positionals, ...usage) };
}

function optionOf({ kind }: Setting): { readonly type: 'string' | 'boolean'; readonly multiple: boolean } {
  return { type: kind === 'switch' ? 'boolean' : 'string', multiple: kind === 'list' };
}
