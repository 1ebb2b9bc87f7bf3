import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { PeerProgram } from './peer-process.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** In the repository, so that imports of packages resolve. */
const output = fileURLToPath(new URL('../../.cache/ts-peer', import.meta.url));
let program: string | undefined;

/** How to start the TypeScript peer. It runs on the built packages, as an application does. */
export function tsPeer(args: readonly string[]): PeerProgram {
  program ??= transpile();
  return { label: 'ts node', file: process.execPath, args: [program, ...args] };
}

/** Writes the program as JavaScript, because Node 20 runs no TypeScript. The types are checked elsewhere, and removed here. */
function transpile(): string {
  const sources = readdirSync(join(folder, 'ts-peer')).map((name) => join('ts-peer', name));
  for (const source of [...sources, 'tally.ts']) {
    const { outputText } = ts.transpileModule(readFileSync(join(folder, source), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
      fileName: source,
    });
    const path = join(output, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    // Other test files may write the same files at this moment, and a peer may be starting.
    writeFileSync(`${path}.${process.pid}`, outputText);
    renameSync(`${path}.${process.pid}`, path);
  }
  return join(output, 'ts-peer/main.js');
}
