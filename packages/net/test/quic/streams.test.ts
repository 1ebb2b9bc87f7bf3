import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionClosedError, StreamLimitError, StreamResetError, StreamStateError } from '../../src/errors.js';
import type { Connection, SendStream } from '../../src/transport/seam.js';
import { ALPN, acceptOne, bytes, closeAll, first, pair, pattern, readAll, roundTrip, text, until } from './helpers.js';

afterEach(closeAll);

/** Opens a stream as soon as the peer's credit for it has come. */
async function openWhenAllowed(connection: Connection): Promise<SendStream> {
  for (;;) {
    try {
      return await connection.openUni();
    } catch (error) {
      if (!(error instanceof StreamLimitError)) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('a one-way stream', () => {
  it('carries what was written, in order, to its end', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    for (let i = 0; i < 1000; i++) send.write(bytes(`${i},`));
    send.finish();
    const got = text(await readAll(await first(accepted.acceptUni())));
    expect(got).toBe(Array.from({ length: 1000 }, (_, i) => `${i},`).join(''));
    expect(await send.stopped).toBeUndefined();
  });

  it('may be empty', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.finish();
    expect(await (await first(accepted.acceptUni())).read()).toBeUndefined();
    expect(await send.stopped).toBeUndefined();
  });

  it('is not known to the peer before something was written', async () => {
    const { dialed, accepted } = await pair();
    await dialed.openUni();
    const second = await dialed.openUni();
    second.write(bytes('only this one'));
    expect(text(await (await first(accepted.acceptUni())).read())).toBe('only this one');
  });

  it('carries 8 MB intact in chunks of every size', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    const data = pattern(8_000_000);
    const reading = first(accepted.acceptUni()).then(readAll);
    for (let at = 0, size = 1; at < data.length; at += size, size = (size * 3) % 65_521) {
      if (!send.write(data.subarray(at, at + size))) await send.drained;
    }
    send.finish();
    expect(Buffer.compare(await reading, data)).toBe(0);
  });

  it('gives the reader bytes of its own', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('first'));
    const recv = await first(accepted.acceptUni());
    const one = await recv.read();
    send.write(bytes('SECOND'));
    const two = await recv.read();
    expect([text(one), text(two)]).toEqual(['first', 'SECOND']);
    expect(one?.buffer.byteLength).toBe(5);
  });

  it('reset by the sender fails the reader with the code', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('x'));
    const recv = await first(accepted.acceptUni());
    await recv.read();
    const reading = recv.read();
    send.reset(4_000_000_000);
    await expect(reading).rejects.toMatchObject({ name: 'StreamResetError', errorCode: 4_000_000_000 });
    await expect(recv.read()).rejects.toBeInstanceOf(StreamResetError);
    expect(await send.stopped).toBeUndefined();
    expect(() => send.write(bytes('y'))).toThrow(StreamStateError);
  });

  it('stopped by the reader tells the sender the code, also one that writes nothing', async () => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('x'));
    const recv = await first(accepted.acceptUni());
    recv.stop(42);
    expect(await send.stopped).toBe(42);
    expect(send.write(new Uint8Array(10_000_000))).toBe(true); // dropped
    await send.drained;
    await expect(recv.read()).rejects.toBeInstanceOf(StreamStateError);
    send.finish();
    expect(() => send.write(bytes('y'))).toThrow(StreamStateError);
    await roundTrip(dialed, accepted);
  });

  it('refuses nonsense at the call', async () => {
    const { dialed } = await pair();
    const send = await dialed.openUni();
    expect(() => send.write('text' as never)).toThrow(TypeError);
    expect(() => send.reset(-1)).toThrow(RangeError);
    expect(() => send.reset(2 ** 32)).toThrow(RangeError);
    expect(() => dialed.close(1.5)).toThrow(RangeError);
    expect(() => dialed.close('x' as never)).toThrow(TypeError);
  });
});

describe('a two-way stream', () => {
  it('half closed still carries the other way', async () => {
    const { dialed, accepted } = await pair();
    const ours = await dialed.openBi();
    ours.send.write(bytes('question'));
    ours.send.finish();
    const theirs = await first(accepted.acceptBi());
    expect(text(await readAll(theirs.recv))).toBe('question');
    expect(await ours.send.stopped).toBeUndefined(); // acknowledged, though the other half is open
    for (const part of ['an', 'swer']) {
      theirs.send.write(bytes(part));
      expect(text(await ours.recv.read())).toBe(part);
    }
    theirs.send.finish();
    expect(await ours.recv.read()).toBeUndefined();
    expect(await theirs.send.stopped).toBeUndefined();
  });

  it('stops and resets each half alone', async () => {
    const { dialed, accepted } = await pair();
    const ours = await dialed.openBi();
    ours.send.write(bytes('x'));
    const theirs = await first(accepted.acceptBi());
    theirs.recv.stop(7);
    expect(await ours.send.stopped).toBe(7);
    theirs.send.write(bytes('still here'));
    expect(text(await ours.recv.read())).toBe('still here');
    theirs.send.reset(8);
    await expect(ours.recv.read()).rejects.toMatchObject({ errorCode: 8 });
  });

  it('can be opened by the side that was dialled', async () => {
    const { dialed, accepted } = await pair();
    await Promise.all([roundTrip(accepted, dialed, 'from the server'), roundTrip(dialed, accepted, 'from the client')]);
  });
});

describe('many streams', () => {
  it('a thousand at once on one connection all arrive', async () => {
    const { dialed, accepted } = await pair();
    const got = new Set<string>();
    const reading = (async () => {
      const readers: Promise<void>[] = [];
      for await (const stream of accepted.acceptUni()) {
        readers.push(readAll(stream).then((content) => void got.add(text(content))));
        if (readers.length === 1000) break;
      }
      await Promise.all(readers);
    })();
    const sends = await Promise.all(Array.from({ length: 1000 }, () => dialed.openUni()));
    for (const [i, send] of sends.entries()) send.write(bytes(`stream ${i} says `));
    for (const [i, send] of sends.entries()) {
      send.write(bytes(`hello ${i}`));
      send.finish();
    }
    await reading;
    expect(got.size).toBe(1000);
    expect(got.has('stream 999 says hello 999')).toBe(true);
    await Promise.all(sends.map((send) => send.stopped));
  });

  it('the limit is an error, and finished streams make room again', async () => {
    const { dialed, accepted } = await pair({}, { maxUniStreams: 4, maxBiStreams: 2 });
    const serve = (async () => {
      for await (const stream of accepted.acceptUni()) void readAll(stream);
    })();
    const sends = await Promise.all(Array.from({ length: 4 }, () => dialed.openUni()));
    await expect(dialed.openUni()).rejects.toBeInstanceOf(StreamLimitError);
    for (let i = 0; i < 200; i++) {
      for (const send of sends.splice(0)) {
        send.write(bytes('x'));
        send.finish();
      }
      sends.push(await openWhenAllowed(dialed));
    }
    await dialed.openBi();
    await dialed.openBi();
    await expect(dialed.openBi()).rejects.toBeInstanceOf(StreamLimitError);
    dialed.close(0);
    await serve;
  });

  it('reset before they are read leave nothing behind', async () => {
    const { dialed, accepted } = await pair({}, { maxUniStreams: 50 });
    let resets = 0;
    const serve = (async () => {
      for await (const stream of accepted.acceptUni()) {
        await readAll(stream).catch(() => {
          resets++;
        });
      }
    })();
    for (let i = 0; i < 200; i++) {
      const send = await openWhenAllowed(dialed);
      send.write(bytes('about to go'));
      send.reset(i);
    }
    await until(() => resets === 200);
    dialed.close(0);
    await serve;
  });

  it('that come after an iteration was left are kept for the next one', async () => {
    const { dialed, accepted } = await pair();
    const one = await dialed.openUni();
    one.write(bytes('x'));
    for await (const stream of accepted.acceptUni()) {
      await stream.read();
      break;
    }
    const two = await dialed.openUni();
    two.write(bytes('y'));
    two.finish();
    expect(text(await readAll(await first(accepted.acceptUni())))).toBe('y');
  });
});

describe('back-pressure', () => {
  it('a reader that stops makes write return false; what is buffered stays bounded; then all of it arrives', async () => {
    const streamWindow = 65_536;
    const sendHighWaterMark = 32_768;
    const { dialed, accepted } = await pair({ sendHighWaterMark }, { streamWindow });
    const send = await dialed.openUni();
    const chunk = pattern(16_384);
    let written = 0;
    send.write(chunk);
    written += chunk.length;
    const recv = await first(accepted.acceptUni());
    // Write until it has been full for as long as a round trip on another stream takes.
    for (let full = 0; full < 3; ) {
      if (send.write(chunk)) full = 0;
      else {
        full++;
        await roundTrip(dialed, accepted);
      }
      written += chunk.length;
    }
    expect(written).toBeLessThan(2 * streamWindow + sendHighWaterMark + 4 * chunk.length);
    expect(dialed.stats().queuedBytes).toBeGreaterThan(sendHighWaterMark);
    let drained = false;
    void send.drained.then(() => {
      drained = true;
    });
    await roundTrip(dialed, accepted);
    expect(drained).toBe(false);
    send.finish();
    expect((await readAll(recv)).length).toBe(written);
    expect(dialed.stats().queuedBytes).toBe(0);
    expect(drained).toBe(true);
  });
});

describe('closing a connection', () => {
  it('tells the peer code and reason, ends every stream and iteration, and throws nothing', async () => {
    const { dialed, accepted, client, server } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('x'));
    const recv = await first(accepted.acceptUni());
    await recv.read();
    const reading = recv.read();
    const accepting = first(accepted.acceptBi());
    dialed.close(77, 'enough');
    await expect(reading).rejects.toBeInstanceOf(ConnectionClosedError);
    await expect(reading).rejects.toThrow('enough');
    await expect(accepting).rejects.toThrow('no more streams');
    expect(await dialed.closed).toEqual({ type: 'local', code: 77, reason: 'enough' });
    expect(await accepted.closed).toEqual({ type: 'peer', code: 77, reason: 'enough' });
    expect(send.write(bytes('y'))).toBe(true);
    await send.drained;
    expect(await send.stopped).toBeUndefined();
    await expect(dialed.openUni()).rejects.toBeInstanceOf(ConnectionClosedError);
    await expect(accepted.openBi()).rejects.toBeInstanceOf(ConnectionClosedError);
    dialed.close(1);
    expect(await dialed.closed).toMatchObject({ code: 77 });
    expect([client.stats().connections, server.stats().connections]).toEqual([0, 0]);
    expect([client.stats().routes, server.stats().routes]).toEqual([0, 0]);
  });

  it.each(['finished', 'open'])('what was acknowledged before it is read after it (%s stream)', async (state) => {
    const { dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('read before it; '));
    const recv = await first(accepted.acceptUni());
    expect(text(await recv.read())).toBe('read before it; ');
    const rest = pattern(20_000);
    send.write(rest);
    if (state === 'finished') send.finish();
    await roundTrip(dialed, accepted); // later bytes are there, so these are
    dialed.close(7);
    await accepted.closed;
    const chunks: Uint8Array[] = [];
    const toEnd = (async () => {
      for (let chunk = await recv.read(); chunk; chunk = await recv.read()) chunks.push(chunk);
    })();
    if (state === 'finished') await toEnd;
    else await expect(toEnd).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(Buffer.concat(chunks).equals(rest)).toBe(true);
  });

  it('cuts a long reason', async () => {
    const { dialed, accepted } = await pair();
    dialed.close(2 ** 32 - 1, 'r'.repeat(5000));
    expect(await accepted.closed).toEqual({ type: 'peer', code: 2 ** 32 - 1, reason: 'r'.repeat(200) });
  });

  it('stats survive it', async () => {
    const { dialed, accepted } = await pair();
    await roundTrip(dialed, accepted);
    dialed.close(0);
    expect(dialed.stats().sentBytes).toBeGreaterThan(500);
  });

  it('of an endpoint closes all of its connections with code 0', async () => {
    const { client, accepted, server } = await pair();
    const [second] = await Promise.all([server.connect(client.addr(), ALPN), acceptOne(client)]);
    await client.close();
    expect(await accepted.closed).toEqual({ type: 'peer', code: 0, reason: '' });
    expect(await second.closed).toEqual({ type: 'peer', code: 0, reason: '' });
  });
});
