import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, onlyMeasures, wrongWith } from './docs/measuring.js';
import { type Block, blocksIn, type Page, pages, root } from './docs/pages.js';
import { compileAll, folderOf, nameOf, programOf, promisedBy } from './docs/programs.js';
import { Terminal } from './docs/shell.js';

const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;
const all = pages();
let mistakes: string[] = [];

beforeAll(() => {
  mistakes = compileAll(all);
});

/** Runs a program to its end; what it prints. */
function run(program: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = program.endsWith('.test.mjs') ? ['--test', program] : [program];
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code ?? signal}\n${output}${errors}`));
    });
  });
}

/** Programs that commands of their page run, by name. */
function isRunByName(page: Page, block: Block): boolean {
  const name = nameOf(block);
  return name !== undefined && blocksIn(page, ['sh']).some(({ code }) => code.includes(name));
}

test('the programs of all pages type-check', () => {
  expect(mistakes).toEqual([]);
});

describe('every program of every page runs, and prints what its comments say', () => {
  const programs = all.flatMap((page) =>
    blocksIn(page, ['ts', 'js'])
      .filter((block) => !isRunByName(page, block))
      .map((block) => ({ page, block, name: `${page.path}:${block.line}` })),
  );
  expect(programs.length).toBeGreaterThan(30);

  test.concurrent.each(programs)('$name', async ({ page, block }) => {
    const printed = await run(programOf(page, block), folderOf(page));
    for (const promised of promisedBy(block)) expect(printed).toContain(promised);
  });
});

describe('the commands of every page', () => {
  const withCommands = all.filter((page) => blocksIn(page, ['sh']).length > 0);

  test.concurrent.each(withCommands)('$path', async (page) => {
    using terminal = new Terminal(page);
    for (const step of page.steps) {
      if ('hears' in step) {
        await terminal.hears(step.hears);
        continue;
      }
      if (step.directive?.type === 'elsewhere') continue;
      switch (step.language) {
        case 'sh':
          if (!onlyMeasures(step.code)) await terminal.run(step);
          else
            for (const command of commandsOf(step.code)) expect(wrongWith(command, scripts), command).toBe(undefined);
          break;
        case 'toml':
          await terminal.write(step);
          break;
      }
    }
  });
});

test('every block is run by something: those that are not run here say where they are, or what has printed them', () => {
  const known = ['ts', 'js', 'sh', 'toml'];
  for (const { path, steps } of all) {
    for (const step of steps) {
      if ('hears' in step || known.includes(step.language)) continue;
      const type = step.directive?.type;
      expect(type ?? 'nothing', `${path}:${step.line} (${step.language}), see docs-elsewhere.test.ts`).toMatch(
        /^(elsewhere|printed by)$/,
      );
    }
  }
});
