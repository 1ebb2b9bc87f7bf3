import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { BindError, ParseError } from '../../src/errors.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { Endpoint, Router } from '../../src/quic/index.js';
import { ALPN, bind, bytes, closeAll, first, readAll, text, until, where } from './helpers.js';

afterEach(closeAll);

describe('binding an endpoint', () => {
  it('takes the port the operating system gives, and tells it', async () => {
    const key = SecretKey.generate();
    const endpoint = await bind({ secretKey: key });
    expect(endpoint.id).toBe(key.id);
    expect(endpoint.addr()).toEqual({ id: key.id, addrs: [{ type: 'ip', addr: where(endpoint) }] });
    expect(where(endpoint).port).toBeGreaterThan(0);
  });

  it('to a port in use is a BindError that names the address', async () => {
    const { port } = where(await bind());
    const failed = Endpoint.bind({ address: `127.0.0.1:${port}` });
    await expect(failed).rejects.toBeInstanceOf(BindError);
    await expect(failed).rejects.toThrow(`127.0.0.1:${port}`);
  });

  it('to all interfaces advertises each, loopback last', async () => {
    const endpoint = await bind({ address: '0.0.0.0:0' });
    const hosts = endpoint.addr().addrs.map((way) => (way.type === 'ip' ? way.addr.host : ''));
    const ours = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family }) => family === 'IPv4');
    expect(new Set(hosts)).toEqual(new Set(ours.map(({ address }) => address)));
    expect(hosts.at(-1)).toBe('127.0.0.1');
  });

  it.each([
    ['idleTimeoutMs', 1],
    ['keepAliveMs', -1],
    ['handshakeTimeoutMs', 0],
    ['maxHalfOpen', 0],
    ['maxHalfOpenPerSource', 1.5],
    ['maxFloodsPerSource', 0],
    ['retryThreshold', Number.NaN],
    ['maxUniStreams', -1],
    ['maxBiStreams', 2 ** 40],
    ['streamWindow', 1],
    ['connectionWindow', 0],
    ['sendHighWaterMark', 0],
    ['maxDatagramSize', 1199],
    ['maxDatagramSize', 16_384],
  ])('refuses %s = %s with a RangeError that names it', async (name, value) => {
    const failed = Endpoint.bind({ [name]: value });
    await expect(failed).rejects.toBeInstanceOf(RangeError);
    await expect(failed).rejects.toThrow(name);
  });

  it('refuses wrong types and addresses', async () => {
    await expect(Endpoint.bind({ idleTimeoutMs: '5' as never })).rejects.toBeInstanceOf(TypeError);
    await expect(Endpoint.bind({ secretKey: 'x' as never })).rejects.toThrow('secretKey');
    await expect(Endpoint.bind({ alpns: 'x' as never })).rejects.toBeInstanceOf(TypeError);
    await expect(Endpoint.bind({ alpns: [''] })).rejects.toBeInstanceOf(RangeError);
    await expect(Endpoint.bind({ alpns: ['x'.repeat(256)] })).rejects.toBeInstanceOf(RangeError);
    await expect(Endpoint.bind({ address: 'localhost' })).rejects.toBeInstanceOf(ParseError);
    await expect(Endpoint.bind({ socket: {} as never })).rejects.toBeInstanceOf(TypeError);
  });
});

describe('closing an endpoint', () => {
  it('ends iterations, may be repeated, and frees the port', async () => {
    const endpoint = await bind();
    const { port } = where(endpoint);
    const addrs = endpoint.watchAddr()[Symbol.asyncIterator]();
    expect((await addrs.next()).value).toEqual(endpoint.addr());
    const more = addrs.next();
    const incoming = endpoint.accept()[Symbol.asyncIterator]().next();
    await Promise.all([endpoint.close(), endpoint.close()]);
    expect([(await more).done, (await incoming).done]).toEqual([true, true]);
    expect((await endpoint.watchAddr()[Symbol.asyncIterator]().next()).done).toBe(true);
    await bind({ address: `127.0.0.1:${port}` });
  });
});

describe('a router on endpoints', () => {
  it('serves two protocols beside each other', async () => {
    const [client, server] = await Promise.all([bind(), bind({ alpns: [] })]);
    const answer = (word: string) => ({
      accept: async (connection: import('../../src/index.js').Connection) => {
        const send = await connection.openUni();
        send.write(bytes(word));
        send.finish();
      },
    });
    await using router = new Router(server).accept('/a', answer('from a')).accept('/b', answer('from b')).spawn();
    expect(router.endpoint).toBe(server);
    const words = await Promise.all(
      ['/a', '/b'].map(async (alpn) =>
        text(await readAll(await first((await client.connect(server.addr(), alpn)).acceptUni()))),
      ),
    );
    expect(words).toEqual(['from a', 'from b']);
  });
});

describe('resources', () => {
  it('of 600 connections, with streams each, are given back', async () => {
    const server = await bind();
    const client = await bind();
    void (async () => {
      for await (const incoming of server.accept()) {
        void incoming.accept().then(async (connection) => {
          for await (const stream of connection.acceptUni()) await stream.read().catch(() => {});
        });
      }
    })();
    const churn = async (count: number) => {
      for (let i = 0; i < count; i += 20) {
        const connections = await Promise.all(Array.from({ length: 20 }, () => client.connect(server.addr(), ALPN)));
        for (const connection of connections) {
          (await connection.openUni()).write(new Uint8Array(1000));
          await connection.openBi();
        }
        for (const connection of connections) connection.close(0);
      }
      await until(() => server.stats().connections === 0);
    };
    await churn(600);
    expect(server.stats()).toMatchObject({ connections: 0, routes: 0, halfOpen: 0 });
    expect(client.stats()).toMatchObject({ connections: 0, routes: 0 });
  });
});
