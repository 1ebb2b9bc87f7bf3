import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  BindError,
  ConnectError,
  EndpointClosedError,
  endpointAddr,
  ParseError,
  StreamLimitError,
} from '@grapevine/net';
import iroh from '@number0/iroh';
import { afterEach, describe, expect, it } from 'vitest';
import { IrohEndpoint, type IrohEndpointOptions, SecretKey } from '../src/index.js';

const ALPN = '/grapevine-test/1';
const open: IrohEndpoint[] = [];
afterEach(() => Promise.all(open.splice(0).map((endpoint) => endpoint.close())));

async function bind(options: IrohEndpointOptions = {}): Promise<IrohEndpoint> {
  const endpoint = await IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0', alpns: [ALPN], ...options });
  open.push(endpoint);
  return endpoint;
}

async function pair(from: IrohEndpoint, to: IrohEndpoint) {
  const accepting = (async () => {
    for await (const incoming of to.accept()) return incoming.accept();
    throw new Error('the endpoint closed early');
  })();
  return [await from.connect(to.addr(), ALPN), await accepting] as const;
}

/** The address of somebody who never answers. */
async function silence() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1').unref();
  await once(socket, 'listening');
  return endpointAddr(SecretKey.generate().id, { host: '127.0.0.1', port: socket.address().port });
}

describe('binding', () => {
  it('to one address leaves no socket open to the world in the other family', async () => {
    for (const address of ['127.0.0.1:0', '[::1]:0']) {
      const sockets = (await bind({ address })).native.boundSockets();
      expect(sockets).toHaveLength(2);
      for (const socket of sockets) expect(socket).toMatch(/^(127\.0\.0\.1|\[::1\]):\d+$/);
    }
  });

  it('to an address that is taken fails with one error that names it', async () => {
    const taken = (await bind()).native.boundSockets().find((socket) => socket.startsWith('127.')) as string;
    await expect(bind({ address: taken })).rejects.toThrow(BindError);
    await expect(bind({ address: taken })).rejects.toThrow(taken);
  });

  it.each([
    [{ address: 'nonsense' }, ParseError],
    [{ preset: 'fast' as 'n0' }, RangeError],
    [{ relays: 'some' as 'default' }, TypeError],
    [{ relays: { urls: [] as unknown as [string] } }, TypeError],
    [{ relays: { urls: ['not a url'] } }, TypeError],
    [{ alpns: [''] }, RangeError],
    [{ idleTimeoutMs: 500 }, RangeError],
    [{ secretKey: 'ff'.repeat(32) as unknown as SecretKey }, TypeError],
  ] as const)('refuses %j', async (options, error) => {
    await expect(bind(options as IrohEndpointOptions)).rejects.toThrow(error);
  });

  it('with the preset n0 needs no internet for direct dials', async () => {
    const options = { preset: 'n0', relays: { urls: ['http://127.0.0.1:1/'] } } as const;
    const [a, b] = [await bind(options), await bind(options)];
    const [ab, ba] = await pair(a, b);
    expect([ab.remoteId, ba.remoteId]).toEqual([b.id, a.id]);
    expect(ab.remoteAddr()?.type).toBe('ip');
  });
});

describe('an adopted endpoint', () => {
  async function native() {
    const builder = iroh.Endpoint.builder();
    builder.applyMinimal();
    builder.bindAddr('127.0.0.1:0');
    return builder.bind();
  }

  it('is ours: it speaks, and closing ours closes it', async () => {
    const theirs = await native();
    const a = IrohEndpoint.adopt(theirs);
    open.push(a);
    const b = await bind();
    expect(a.id).toBe(theirs.id().toString());
    const [ab] = await pair(a, b);
    expect(ab.remoteId).toBe(b.id);
    await a.close();
    expect(theirs.isClosed()).toBe(true);
  });

  it('can be adopted only once, while it is open, and if it is one', async () => {
    const theirs = await native();
    const ours = IrohEndpoint.adopt(theirs);
    expect(() => IrohEndpoint.adopt(theirs)).toThrow(/taken over already/);
    await ours.close();
    const closed = await native();
    await closed.close();
    expect(() => IrohEndpoint.adopt(closed)).toThrow(EndpointClosedError);
    expect(() => IrohEndpoint.adopt({} as typeof theirs)).toThrow(TypeError);
  });

  it('that its maker closes ends like one that we close', async () => {
    const theirs = await native();
    const ours = IrohEndpoint.adopt(theirs);
    const accepted = (async () => {
      for await (const _ of ours.accept());
    })();
    const [first] = [ours.watchAddr()[Symbol.asyncIterator]()];
    await first?.next();
    await theirs.close();
    await accepted;
    expect((await first?.next())?.done).toBe(true);
    await expect(ours.connect(SecretKey.generate().id, ALPN)).rejects.toThrow(EndpointClosedError);
  });
});

describe('an incoming connection', () => {
  it('that nobody decides on does not keep the endpoint from closing', async () => {
    const [a, b] = [await bind({ handshakeTimeoutMs: 500 }), await bind()];
    const dial = expect(a.connect(b.addr(), ALPN)).rejects.toThrow(ConnectError);
    const { value: incoming } = await b.accept()[Symbol.asyncIterator]().next();
    await b.close();
    await expect(incoming.accept()).rejects.toThrow(EndpointClosedError);
    await dial;
  });

  it('that nobody decides on in time is let go', async () => {
    const [a, b] = [await bind({ handshakeTimeoutMs: 3_000 }), await bind({ handshakeTimeoutMs: 100 })];
    const gaveUp = new AbortController();
    const dial = expect(a.connect(b.addr(), ALPN, { signal: gaveUp.signal })).rejects.toThrow('enough');
    const { value: incoming } = await b.accept()[Symbol.asyncIterator]().next();
    // A dial with the same time-out, begun later: when it has ended, the time of the incoming handshake is over.
    await expect(b.connect(await silence(), ALPN)).rejects.toMatchObject({ reason: 'timeout' });
    await expect(incoming.accept()).rejects.toMatchObject({ reason: 'timeout' });
    gaveUp.abort(new Error('enough'));
    await dial;
  });
});

describe('a peer that allows no more streams', () => {
  it('makes opening one fail after a while; the stream is there when it allows one', async () => {
    const a = await bind({ handshakeTimeoutMs: 500 });
    const b = await bind({ maxUniStreams: 100 });
    const [ab, ba] = await pair(a, b);
    const streams = [];
    for (let i = 0; i < 100; i++) streams.push(await ab.openUni());
    await expect(ab.openUni()).rejects.toThrow(StreamLimitError);

    for (const stream of streams) stream.finish();
    const arrived = ba.acceptUni()[Symbol.asyncIterator]();
    for (let i = 0; i < 100; i++) expect(await (await arrived.next()).value.read()).toBeUndefined();
    const another = await ab.openUni();
    another.write(Buffer.from('at last'));
    expect(ab.stats().queuedBytes).toBe(7);
  });
});
