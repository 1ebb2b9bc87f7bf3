import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { type Block, blocksIn, type Page, root } from './pages.js';

/** The folder for programs of pages: inside the repository, so that their imports resolve. */
export const WORKSHOP = join(root, '.cache/docs');

/** The folder for the programs of a page. */
export const folderOf = (page: Page) => join(WORKSHOP, page.path.replaceAll(/[/.]/g, '-'));

/** The name of a block's file, from its first line: `// name.ts`, `# name.toml`. */
export const nameOf = (block: Block): string | undefined => /^(?:\/\/|#) (\S+\.\w+)\n/.exec(block.code)?.[1];

/** The path of a block's program. */
export function programOf(page: Page, block: Block): string {
  return join(folderOf(page), `${(nameOf(block) ?? `line-${block.line}`).replace(/\.\w+$/, '')}.mjs`);
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  types: ['node'],
  strict: true,
  allowJs: true,
  noImplicitAny: false,
  skipLibCheck: true,
};

/** What the compiler says of JavaScript that it would write where it stands. */
const WOULD_OVERWRITE = 5055;

/**
 * Type-checks all programs of these pages at once, and writes them as JavaScript.
 *
 * @returns the errors of the compiler, with page and line
 */
export function compileAll(pages: readonly Page[]): string[] {
  rmSync(WORKSHOP, { recursive: true, force: true });
  const sources = new Map<string, { page: Page; block: Block }>();
  for (const page of pages) {
    for (const block of blocksIn(page, ['ts', 'js'])) {
      const program = programOf(page, block);
      mkdirSync(dirname(program), { recursive: true });
      // A block that a page runs by its file name is JavaScript already.
      const source = block.language === 'js' ? program : program.replace(/\.mjs$/, '.mts');
      writeFileSync(source, block.code);
      sources.set(source, { page, block });
    }
  }
  const program = ts.createProgram([...sources.keys()], { ...OPTIONS, noEmitOnError: false });
  program.emit(undefined, (name, text) => {
    if (!sources.has(name)) writeFileSync(name, text);
  });
  const diagnostics = ts.getPreEmitDiagnostics(program).filter(({ code }) => code !== WOULD_OVERWRITE);
  return diagnostics.map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    const known = diagnostic.file && sources.get(diagnostic.file.fileName);
    if (!known || !diagnostic.file) return message;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    return `${known.page.path}:${known.block.line + line + 1}: ${message}`;
  });
}

/** The output that the comments of a program promise: `console.log(…); // this`. */
export function promisedBy({ code }: Block): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, promised = '']) => promised);
}
