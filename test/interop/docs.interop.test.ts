import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { blockOf } from '../docs/pages.js';
import { useRustPeers } from './rust-peer.js';

const topic = '17'.repeat(32);
const rust = useRustPeers();
const root = new URL('../../', import.meta.url);

test('the lines in docs/iroh.md join a Rust swarm', async () => {
  const example = blockOf('docs/iroh.md', 'test/interop/docs.interop.test.ts').code;
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(11);
  const { outputText } = ts.transpileModule(example, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  mkdirSync(new URL('.cache', root), { recursive: true });
  const program = new URL('.cache/docs-iroh-example.js', root);
  writeFileSync(program, outputText);

  const host = await rust.node();
  await host.join(topic);
  const child = spawn(process.execPath, [fileURLToPath(program), topic, host.ticket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await host.untilContent(topic, 'hello from TypeScript');
    await host.broadcast(topic, 'hello from Rust');
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toBe('hello from Rust');
      return;
    }
    throw new Error('it ended without a word');
  } finally {
    child.kill('SIGKILL');
  }
});
