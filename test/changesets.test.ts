import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// A changeset becomes an entry in the changelog of each package that it names, word for word. So it names one package, and describes that.

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.changeset');

interface Changeset {
  readonly name: string;
  readonly packages: readonly string[];
  readonly text: string;
}

const changesets: Changeset[] = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => {
    const [, head = '', text = ''] = /^---\n(.*?)---\n(.*)$/s.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
    return {
      name,
      packages: [...head.matchAll(/^['"](.+)['"]: /gm)].map(([, named = '']) => named),
      text: text.trim(),
    };
  });

/** Where each published package is. */
const published = new Map<string, string>(
  ['packages', 'apps', 'internal']
    .flatMap((parent) => readdirSync(join(root, parent)).map((each) => join(root, parent, each)))
    .map((path) => ({ path, manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ path, manifest }) => [manifest.name, path]),
);

const sources = new Map<string, string>();

/** All that a package says about itself: its sources and its README. */
function sourceOf(name: string): string {
  const path = published.get(name) as string;
  const known = sources.get(name);
  if (known !== undefined) return known;
  const files = readdirSync(join(path, 'src'), { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  const texts = [...files.map((file) => join(file.parentPath, file.name)), join(path, 'README.md')];
  const source = texts.map((file) => readFileSync(file, 'utf8')).join('\n');
  sources.set(name, source);
  return source;
}

/** Names in code that a text says there are: not those that it says are gone, other packages, or commands of a shell. */
function namesIn(text: string): string[] {
  const present = text
    .split(/(?<=[.;])\s/)
    .filter((sentence) => !/\b(is gone|no longer exported|is called)\b/.test(sentence));
  const spans = present.flatMap((sentence) => [...sentence.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span));
  return spans
    .filter(
      (span) => !/^(@|npx |npm |require\(\)|skipLibCheck|instanceof|exactOptionalPropertyTypes|Blob|\/)/.test(span),
    )
    .flatMap((span) => span.match(/[A-Za-z_][\w-]{2,}/g) ?? []);
}

test('each changeset is about the one package that it names', () => {
  for (const { name, packages, text } of changesets) {
    expect(packages, `${name} names one package; write one for each`).toHaveLength(1);
    const [named = ''] = packages;
    expect([...published.keys()], name).toContain(named);
    expect(text, `${name} is a sentence`).toMatch(/^[A-Z`].*[.`]$/s);
    const source = sourceOf(named);
    const strange = namesIn(text).filter((word) => !source.includes(word));
    expect(strange, `${name} speaks of what ${named} does not have`).toEqual([]);
  }
});
