import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../peer', import.meta.url));
/** In the repository, so that imports of packages resolve. */
const output = fileURLToPath(new URL('../../../.cache/reliability-peer', import.meta.url));

/**
 * A program of the folder `peer` as JavaScript, which runs on the built packages, as an application does. Node 20 runs no TypeScript.
 * The types are checked elsewhere, and removed here.
 *
 * @returns the path of the JavaScript file
 */
export function program(name: string): string {
  const { outputText } = ts.transpileModule(readFileSync(join(folder, `${name}.ts`), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    fileName: `${name}.ts`,
  });
  const path = join(output, `${name}.js`);
  mkdirSync(dirname(path), { recursive: true });
  // Another test file may write the same file at this moment.
  writeFileSync(`${path}.${process.pid}`, outputText);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}
