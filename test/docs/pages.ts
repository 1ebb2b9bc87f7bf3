import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A comment before a block, which says something about it, or a comment between blocks. */
type Directive =
  /** The block starts something that goes on. Wait for this text, and end it with the page. */
  | { readonly type: 'background'; readonly until: string }
  /** A program of this page prints this, now or soon. */
  | { readonly type: 'hears'; readonly text: string }
  /** The block runs in another test, or can't run here. */
  | { readonly type: 'elsewhere'; readonly where: string }
  /** The block is the output of a command. */
  | { readonly type: 'printed by'; readonly command: string };

/** A block of code in a page. */
export interface Block {
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly directive: Directive | undefined;
}

/** A page, and its blocks in order. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly path: string;
  readonly steps: readonly (Block | { readonly line: number; readonly hears: string })[];
}

const COMMENT = /^<!-- (background|hears|elsewhere|printed by): (?:until )?(.*?) -->$/;
const unquoted = (text: string) => text.replace(/^"(.*)"$/, '$1');

function directiveOf(comment: string): Directive | undefined {
  const [, type, text = ''] = COMMENT.exec(comment) ?? [];
  if (type === 'background') return { type, until: unquoted(text) };
  if (type === 'hears') return { type, text: unquoted(text) };
  if (type === 'elsewhere') return { type, where: text };
  if (type === 'printed by') return { type, command: text };
  return undefined;
}

/** Reads a page. */
export function readPage(path: string): Page {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const steps: (Block | { line: number; hears: string })[] = [];
  let directive: Directive | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, language] = /^```(\w+)/.exec(line) ?? [];
    if (language !== undefined) {
      const end = lines.indexOf('```', i);
      steps.push({ line: i + 1, language, code: `${lines.slice(i + 1, end).join('\n')}\n`, directive });
      i = end;
    }
    const said = directiveOf(line);
    if (said?.type === 'hears') steps.push({ line: i + 1, hears: said.text });
    directive = said;
  }
  return { path, steps };
}

/** All pages for readers. */
export function pages(): Page[] {
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name, 'README.md')),
  );
  const docs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => join('docs', String(name)));
  const candidates = [...readdirSync(root), ...docs, ...folders].filter((path) => path.endsWith('.md'));
  return candidates
    .map((path) => relative(root, join(root, path)))
    .sort()
    .flatMap((path) => {
      try {
        return [readPage(path)];
      } catch {
        return []; // another test checks that packages have a README
      }
    });
}

/** The block of a page that names a test, which runs it. @throws Error when there is none, or more than one */
export function blockOf(path: string, test: string): Block {
  const found = readPage(path).steps.filter(
    (step): step is Block =>
      'language' in step && step.directive?.type === 'elsewhere' && step.directive.where === test,
  );
  const [block] = found;
  if (!block || found.length > 1) throw new Error(`${path} names ${test} ${found.length} times`);
  return block;
}

/** The blocks of a page in one of these languages that this test runs. */
export function blocksIn(page: Page, languages: readonly string[]): Block[] {
  return page.steps.filter(
    (step): step is Block =>
      'language' in step && languages.includes(step.language) && step.directive?.type !== 'elsewhere',
  );
}
