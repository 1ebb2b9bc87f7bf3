import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { useRustPeers } from './rust-peer.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rust = useRustPeers();
const topic = '17'.repeat(32);

test('the lines in docs/iroh.md join a Rust node and talk to it', async () => {
  const [, lines = ''] =
    /## Joining a Rust swarm\n\n```ts\n(.*?)```/s.exec(readFileSync(`${root}docs/iroh.md`, 'utf8')) ?? [];
  // On this machine alone: without n0's servers.
  const local = lines.replace(
    'IrohEndpoint.bind()',
    "IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0' })",
  );
  expect(local).not.toBe(lines);

  const host = await rust.node();
  await host.join(topic);
  const source = `const [topicId, ticketOrEndpointId] = process.argv.slice(2);\n${local}`;
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const path = `${root}.cache/docs-iroh.mjs`;
  mkdirSync(`${root}.cache`, { recursive: true });
  writeFileSync(path, ts.transpileModule(source, { compilerOptions: options }).outputText);
  const program = spawn(process.execPath, [path, topic, host.ticket], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(program, 'exit');
  await host.untilContent(topic, 'hello from TypeScript');
  expect(await exited).toEqual([0, null]); // it ends by itself
});
