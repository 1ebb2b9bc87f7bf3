import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Runs a script as a process of its own, on the built package. It fails when the process does not exit by itself. */
async function run(script: string, ...flags: string[]): Promise<string> {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const args = [...flags, '--input-type=module', '--eval', `${PRELUDE}${script}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 25_000 });
  return stdout.trim();
}

const PRELUDE = `
import { IrohEndpoint } from '@grapevine/iroh';
const options = { preset: 'minimal', address: '127.0.0.1:0', alpns: ['x'] };
const server = await IrohEndpoint.bind(options);
const client = await IrohEndpoint.bind(options);
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
    const output = await run(`
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
    const output = await run(`
      const connection = await dial();
      const { send, recv } = await connection.openBi();
      for (let i = 0; i < 100; i++) send.write(new Uint8Array(65536));
      send.stopped.then(() => console.log('stopped'));
      const reading = recv.read().catch((error) => console.log(error.code));
      const uni = connection.acceptUni()[Symbol.asyncIterator]().next();
      (async () => { for await (const _ of client.watchAddr()); console.log('watched'); })();
      const dead = { id: server.id, addrs: [{ type: 'ip', addr: { host: '127.0.0.1', port: 9 } }] };
      const dialing = client.connect(dead, 'y').catch((error) => console.log(error.code));
      const aborted = client.connect(dead, 'y', { signal: AbortSignal.timeout(1) }).catch((error) => console.log(error.name));
      await aborted;
      await Promise.all([client.close(), server.close()]);
      await Promise.all([dialing, reading, uni, serving]);
    `);
    expect(output.split('\n').sort()).toEqual([
      'ERR_CONNECTION_CLOSED',
      'ERR_ENDPOINT_CLOSED',
      'TimeoutError',
      'stopped',
      'watched',
    ]);
  });

  it('keeps its memory flat over hundreds of connections', async () => {
    const output = await run(
      `
      const churn = async (count) => {
        for (let i = 0; i < count; i += 20) {
          const connections = await Promise.all(Array.from({ length: 20 }, dial));
          await Promise.all(connections.map(echo));
          for (const connection of connections) connection.close(0);
          await Promise.all(connections.map(({ closed }) => closed));
        }
        for (let i = 0; i < 10; i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 20)); // the binding's finalizers run between turns
        }
        return process.memoryUsage().heapUsed;
      };
      const before = await churn(400);
      console.log(((await churn(400)) - before) / 400);
      await client.close();
      await server.close();
    `,
      '--expose-gc',
    );
    expect(Number(output)).toBeLessThan(2_000); // bytes for each connection that came and went
  });
});
