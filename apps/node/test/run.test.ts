import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { formatTicket, Gossip, type GossipEvent, parseTicket, topicIdFrom } from '@grapevine/api';
import { SecretKey, systemClock, type TransportAddr } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { connectRpc } from '@grapevine/rpc';
import { describe, expect, test } from 'vitest';
import { keptIdentity } from '../src/node/identity.js';
import { PeerFile } from '../src/node/peer-file.js';
import { Command, NodeProcess, TemporaryFolder } from './node-process.js';

const local = ['--bind', '127.0.0.1:0', '--metrics', '127.0.0.1:0'];

describe('a running node', () => {
  test('keeps its identity for its owner only, and is the same one after a restart', async () => {
    using folder = new TemporaryFolder();
    const args = ['--data', folder.path, ...local];
    const ids: string[] = [];
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      await using node = new NodeProcess(args);
      ids.push(await node.id());
      node.kill(signal); // SIGHUP: its terminal is gone
      expect(await node.exited).toEqual({ code: 0, signal: null });
    }
    expect(ids[0]).toBe(ids[1]);
    expect(statSync(folder.join('identity')).mode & 0o777).toBe(0o600);
    const secret = readFileSync(folder.join('identity'), 'utf8').trim();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
  });

  test('never shows its secret in the log', async () => {
    using folder = new TemporaryFolder();
    await using node = new NodeProcess(['--data', folder.path, '--topic', 't', '--log-level', 'debug', ...local]);
    await node.logged('up');
    node.kill('SIGTERM');
    await node.exited;
    expect(JSON.stringify(node.lines)).not.toContain(readFileSync(folder.join('identity'), 'utf8').trim());
  });

  test('is killed, comes back by itself through the peers it remembers, and its neighbor hears it leave in the end', async () => {
    using folder = new TemporaryFolder();
    await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0', idleTimeoutMs: 5_000 });
    await using gossip = Gossip.spawn(endpoint);
    await using _router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
    const topic = await gossip.subscribe(topicIdFrom('room'));
    const event = async (type: GossipEvent['type']): Promise<GossipEvent> => {
      for await (const next of topic) if (next.type === type) return next;
      throw new Error('the topic ended');
    };

    const args = ['--data', folder.path, '--topic', 'room', ...local];
    await using first = new NodeProcess([...args, '--join', formatTicket(endpoint.addr())]);
    await event('neighborUp');
    await first.pageBecomes('/readyz', 200);
    await expect.poll(() => existsSync(folder.join('peers.json')), { timeout: 20_000 }).toBe(true); // it is written while the node goes on
    first.kill('SIGKILL');
    await first.exited;

    await using second = new NodeProcess(args); // nobody says whom to join
    expect(await second.id()).toBe(await first.id());
    await second.pageBecomes('/readyz', 200);
    second.kill('SIGTERM');
    let down = await event('neighborDown');
    while (down.type === 'neighborDown' && down.reason !== 'left') down = await event('neighborDown');
    expect(down).toMatchObject({ peer: await first.id(), reason: 'left' });
    expect((await second.exited).code).toBe(0);
    expect(second.lines.map(({ msg }) => msg)).toContain('ended');
  });

  test('ends with an error when its socket dies, so that its supervisor starts it again', async () => {
    using folder = new TemporaryFolder();
    const preload = fileURLToPath(new URL('dying-socket.mjs', import.meta.url));
    const args = ['--data', folder.path, '--topic', 'room', '--rpc', '127.0.0.1:0', ...local];
    await using node = new NodeProcess(args, { NODE_OPTIONS: `--import=${pathToFileURL(preload)}` });
    await node.logged('up');
    await using listener = new Command(['subscribe', 'room', '--data', folder.path]);
    await listener.says('subscribed');
    node.kill('SIGUSR2');
    expect(await node.exited).toEqual({ code: 1, signal: null });
    expect(node.stderr).toBe('grapevine: the node has ended: recvmsg ENETDOWN\n');
    expect(await node.logged('the endpoint is gone: ending')).toMatchObject({ error: 'recvmsg ENETDOWN' });
    expect(await listener.outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the endpoint is closed: recvmsg ENETDOWN'),
    });
    await using again = new NodeProcess(args);
    await again.logged('up');
  });

  test('is alive but not ready while the peers that it looks for are not there', async () => {
    using folder = new TemporaryFolder();
    await using other = await Endpoint.bind({ address: '127.0.0.1:0' });
    const ticket = formatTicket(other.addr()); // answers no gossip
    await using node = new NodeProcess(['--data', folder.path, '--topic', 'room', '--join', ticket, ...local]);
    expect(await node.page('/healthz')).toEqual({ status: 200, body: { alive: true } });
    expect(await node.page('/readyz')).toEqual({
      status: 503,
      body: { ready: false, ending: false, topicsWithoutNeighbor: [topicIdFrom('room').slice(0, 10)] },
    });
  });

  test('serves metrics of gossip and of its process', async () => {
    using folder = new TemporaryFolder();
    await using node = new NodeProcess(['--data', folder.path, '--topic', 'a', '--topic', 'b', ...local]);
    const { body } = await node.page('/metrics');
    expect(body).toMatch(/^gossip_topics 2$/m);
    expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  });

  test('has its folder for itself, unless the one before was killed', async () => {
    using folder = new TemporaryFolder();
    const args = ['--data', folder.path, ...local];
    await using first = new NodeProcess(args);
    await first.logged('up');
    await using second = new NodeProcess(args);
    expect((await second.exited).code).toBe(1);
    expect(second.stderr).toBe(
      `grapevine: ${folder.path} is in use by process ${first.pid}: end it, or choose another folder with --data\n`,
    );
    first.kill('SIGKILL');
    await first.exited;
    await using third = new NodeProcess(args);
    await third.logged('up');
  });

  test('says which address is taken and what to do, and leaves its folder free', async () => {
    using folder = new TemporaryFolder();
    await using taken = await Endpoint.bind({ address: '127.0.0.1:0' });
    const { addrs } = taken.addr();
    const [way] = addrs;
    if (way?.type !== 'ip') throw new Error('an endpoint on loopback has an IP address');
    const bind = `127.0.0.1:${way.addr.port}`;
    await using node = new NodeProcess(['--data', folder.path, '--bind', bind]);
    await using web = createServer().listen(0, '127.0.0.1');
    await once(web, 'listening');
    const metrics = `127.0.0.1:${(web.address() as AddressInfo).port}`;
    await using other = new NodeProcess([
      '--data',
      folder.join('other'),
      '--bind',
      '127.0.0.1:0',
      '--metrics',
      metrics,
    ]);
    for (const [failed, address] of [
      [node, bind],
      [other, metrics],
    ] as const) {
      expect((await failed.exited).code).toBe(2);
      expect(failed.stderr).toContain(
        `can't bind ${address}: another program has this port; end it, or choose another`,
      );
    }
    await using next = new NodeProcess(['--data', folder.path, ...local]);
    await next.logged('up');
  });

  test('says what to do when it may open no more files', async () => {
    using folder = new TemporaryFolder();
    const full = new URL('./full-table.mjs', import.meta.url).href;
    await using node = new NodeProcess(['--data', folder.path, ...local], { NODE_OPTIONS: `--import=${full}` });
    expect((await node.exited).code).toBe(2);
    expect(node.stderr).toContain("can't bind 127.0.0.1:0: this process has as many files and sockets open as it may");
    expect(node.stderr).toContain('ulimit -n');
  });

  test('runs over iroh as well', async () => {
    using folder = new TemporaryFolder();
    const args = ['--transport', 'iroh', '--topic', 'room', ...local];
    await using a = new NodeProcess(['--data', folder.join('a'), ...args]);
    await using b = new NodeProcess(['--data', folder.join('b'), ...args, '--join', await a.ticket()]);
    await b.pageBecomes('/readyz', 200);
    for (const node of [a, b]) node.kill('SIGTERM');
    expect((await a.exited).code).toBe(0);
    expect((await b.exited).code).toBe(0);
  });
});

describe('an identity file', () => {
  test('that others can read is refused', () => {
    using folder = new TemporaryFolder();
    keptIdentity(folder.path);
    chmodSync(folder.join('identity'), 0o640);
    expect(() => keptIdentity(folder.path)).toThrow(/is open to others: .* chmod 600 /);
  });

  test('that is damaged is named, and not repeated', () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.join('identity'), 'my secret', { mode: 0o600 });
    expect(() => keptIdentity(folder.path)).toThrow(/identity is damaged: expected a secret key, 64 hex digits/);
    expect(() => keptIdentity(folder.path)).not.toThrow(/my secret/);
  });

  test("that can't be read is named", () => {
    using folder = new TemporaryFolder();
    mkdirSync(folder.join('identity'));
    expect(() => keptIdentity(folder.path)).toThrow(`can't read ${folder.join('identity')}: it is a folder (EISDIR)`);
  });
});

describe('remembered peers', () => {
  const TOPIC = topicIdFrom('room');

  async function someAddr() {
    await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
    return endpoint.addr();
  }
  const ipAddr = (host: string, port: number): TransportAddr => ({ type: 'ip', addr: { host, port } });
  const warnings: string[] = [];
  const logger = {
    debug() {},
    info() {},
    error() {},
    warn: (_: object, message: string) => void warnings.push(message),
  };

  test('are there after a restart, the latest first, no peer twice, and not more than 32', async () => {
    using folder = new TemporaryFolder();
    const file = new PeerFile(folder.path, logger);
    const addrs = await Promise.all(Array.from({ length: 34 }, someAddr));
    for (const addr of addrs) file.remember(TOPIC, [addr]);
    file.remember(TOPIC, [addrs[20] as (typeof addrs)[0]]);
    await file.save();
    const ids = new PeerFile(folder.path, logger).of(TOPIC).map((ticket) => parseTicket(ticket).id);
    expect(ids).toHaveLength(32);
    expect(ids.slice(0, 2)).toEqual([addrs[20]?.id, addrs[33]?.id]);
    expect(new Set(ids).size).toBe(32);
  });

  test.skipIf(process.platform !== 'linux')('survive a full disk (needs /dev/full: Linux)', async () => {
    using folder = new TemporaryFolder();
    const file = new PeerFile(folder.path, logger);
    file.remember(TOPIC, [await someAddr()]);
    await file.save();
    symlinkSync('/dev/full', folder.join(`peers.json.${process.pid}.tmp`));
    file.remember(TOPIC, [await someAddr()]);
    await file.save();
    expect(warnings.pop()).toBe('known peers could not be saved; trying again later');
    expect(new PeerFile(folder.path, logger).of(TOPIC)).toHaveLength(1);
    await file.save(); // the disk has room again
    expect(new PeerFile(folder.path, logger).of(TOPIC)).toHaveLength(2);
  });

  test('of one host push out no others, however many keys it has', async () => {
    using folder = new TemporaryFolder();
    const file = new PeerFile(folder.path, logger);
    const honest = { id: (await someAddr()).id, addrs: [ipAddr('192.0.2.1', 1)] };
    file.remember(TOPIC, [honest]);
    const ids = await Promise.all(Array.from({ length: 64 }, async () => (await someAddr()).id));
    for (const [i, id] of ids.entries()) file.remember(TOPIC, [{ id, addrs: [ipAddr('192.0.2.66', 1 + i)] }]);
    expect(file.of(TOPIC)).toHaveLength(32);
    expect(file.of(TOPIC).map((ticket) => parseTicket(ticket).id)).toContain(honest.id);
  });

  test('are written once for a thousand neighbors that come and go', async () => {
    using folder = new TemporaryFolder();
    let timers = 0;
    let due = () => {};
    const clock = {
      ...systemClock,
      setTimer(callback: () => void) {
        timers++;
        due = callback;
        return { cancel: () => {} };
      },
    };
    const file = new PeerFile(folder.path, logger, clock);
    const addr = await someAddr();
    for (let i = 0; i < 1_000; i++) {
      file.remember(TOPIC, [addr]);
      file.saveSoon();
    }
    expect(timers).toBe(1);
    expect(existsSync(folder.join('peers.json'))).toBe(false);
    due();
    await file.save();
    expect(new PeerFile(folder.path, logger).of(TOPIC)).toHaveLength(1);
  });

  test('that are damaged cost a warning and no more', () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.join('peers.json'), '{"format":');
    expect(new PeerFile(folder.path, logger).of(TOPIC)).toEqual([]);
    expect(warnings.pop()).toBe('known peers could not be read; starting without');
  });
});

describe('remote control', () => {
  const line = async (node: NodeProcess) => (await node.logged('serving remote control')).ticket as string;

  test('reaches the node by the ticket in its log, which stays the same key over restarts', async () => {
    using folder = new TemporaryFolder();
    const args = ['--data', folder.path, '--topic', 'room', '--rpc', '127.0.0.1:0', ...local];
    const ids: string[] = [];
    for (let run = 0; run < 2; run++) {
      await using node = new NodeProcess(args);
      const ticket = await line(node);
      await node.logged('up');
      ids.push(parseTicket(ticket).id);
      await using remote = connectRpc(ticket);
      expect(await remote.control.topics()).toEqual([topicIdFrom('room')]);
      expect((await remote.control.addr()).id).toBe(await node.id());
    }
    expect(ids[0]).toBe(ids[1]);
    expect(statSync(folder.join('rpc-identity')).mode & 0o777).toBe(0o600);
  });

  test('with a list lets nobody else in', async () => {
    using folder = new TemporaryFolder();
    const [friend, stranger] = [SecretKey.generate(), SecretKey.generate()];
    const args = ['--data', folder.path, '--rpc', '127.0.0.1:0', '--rpc-allow', friend.id, ...local];
    await using node = new NodeProcess(args);
    const ticket = await line(node);
    await using welcome = connectRpc(ticket, { secretKey: friend });
    expect(await welcome.control.ping()).toBeGreaterThan(0);
    await using other = connectRpc(ticket, { secretKey: stranger });
    await expect(other.control.ping()).rejects.toThrow();
    expect((await node.page('/metrics')).body).toMatch(/^gossip_rpc_dropped_total\{reason="not-allowed"\} [1-9]/m);
  });

  test('without a list does not listen to the world', async () => {
    using folder = new TemporaryFolder();
    await using node = new NodeProcess(['--data', folder.path, '--rpc', '0.0.0.0:0', ...local]);
    expect((await node.exited).code).not.toBe(0);
    expect(node.stderr).toContain('0.0.0.0:0');
  });
});
