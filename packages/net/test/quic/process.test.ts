import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Whole processes on the sources: transpiled file by file into a folder inside the package, where imports of other packages
 * resolve as usual.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'node_modules', `.quic-process-test-${process.pid}`);
const FOLDERS = ['address', 'identity', 'quic', 'transport', 'util'];

beforeAll(() => {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || (file.includes('/') && !FOLDERS.includes(file.split('/')[0] as string))) continue;
    const target = join(built, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      ts.transpileModule(readFileSync(join(root, 'src', file), 'utf8'), { compilerOptions }).outputText,
    );
  }
  const ed25519 = './identity/ed25519/node.js';
  const imports = { '#ed25519': ed25519, '#ed25519-async': ed25519, '#hash': './gossip/hash.js' }; // as the package has them for Node
  writeFileSync(join(built, 'package.json'), JSON.stringify({ type: 'module', imports }));
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

async function run(script: string, ...flags: string[]): Promise<string> {
  const file = join(built, 'script.mjs');
  writeFileSync(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { timeout: 25_000 });
  return stdout.trim();
}

const PRELUDE = `
import { Endpoint } from './quic/index.js';
const server = await Endpoint.bind({ address: '127.0.0.1:0', alpns: ['x'] });
const client = await Endpoint.bind({ address: '127.0.0.1:0' });
const serving = (async () => {
  for await (const incoming of server.accept()) {
    incoming.accept().then(async (connection) => {
      for await (const { send, recv } of connection.acceptBi()) {
        send.write(await recv.read());
        send.finish();
      }
    }, () => {});
  }
})();
const dial = () => client.connect(server.addr(), 'x');
const echo = async (connection) => {
  const { send, recv } = await connection.openBi();
  send.write(Buffer.from('ping'));
  return Buffer.from(await recv.read()).toString();
};
`;

describe('a process', () => {
  it('that closes what it opened exits by itself', async () => {
    const output = await run(`${PRELUDE}
      const connections = await Promise.all(Array.from({ length: 10 }, dial));
      console.log(await echo(connections[0]));
      connections[0].close(0);
      await client.close();
      await server.close();
      await serving;
    `);
    expect(output).toBe('ping');
  });

  it('that closes in the middle of everything exits by itself, too', async () => {
    const output = await run(`${PRELUDE}
      const connection = await dial();
      const { send, recv } = await connection.openBi();
      for (let i = 0; i < 100; i++) send.write(new Uint8Array(65536));
      const reading = recv.read().catch((error) => error.code);
      const dialing = dial().catch((error) => error.code);
      const dialling = client.connect({ id: server.id, addrs: [{ type: 'ip', addr: { host: '127.0.0.1', port: 9 } }] }, 'x').catch((error) => error.code);
      await Promise.all([client.close(), server.close()]);
      console.log(await dialing, await dialling);
    `);
    expect(output).toBe('ERR_ENDPOINT_CLOSED ERR_ENDPOINT_CLOSED');
  });

  it('keeps its memory flat over thousands of connections', async () => {
    const output = await run(
      `${PRELUDE}
      const churn = async (count) => {
        for (let i = 0; i < count; i += 20) {
          const connections = await Promise.all(Array.from({ length: 20 }, dial));
          await Promise.all(connections.map(echo));
          for (const connection of connections) connection.close(0);
        }
        while (server.stats().connections > 0) await new Promise((resolve) => setTimeout(resolve, 2));
        for (let i = 0; i < 5; i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return { heap: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss };
      };
      const before = await churn(1600);
      const after = await churn(800);
      console.log(JSON.stringify({ heap: (after.heap - before.heap) / 800, rss: (after.rss - before.rss) / 800 }));
      await client.close();
      await server.close();
    `,
      '--expose-gc',
    );
    const { heap, rss } = JSON.parse(output) as { heap: number; rss: number };
    expect(heap).toBeLessThan(2_000); // for each connection that came and went; its close packet is kept for three seconds
    expect(rss).toBeLessThan(50_000); // two native connections held would be over 100 kB
  });
});
