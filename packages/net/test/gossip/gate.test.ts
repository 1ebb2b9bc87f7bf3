import { type MessageId, messageIdFromBytes } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../src/gossip/admission/gate.js';
import type { GateHost } from '../../src/gossip/admission/gate-host.js';
import { CloseCode } from '../../src/gossip/close-code.js';
import { type GossipOptions, resolveGossipOptions } from '../../src/gossip/options.js';
import type { Verdict } from '../../src/gossip/validation/validate.js';
import type { NetMessage } from '../../src/gossip/wire.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import type { Connection } from '../../src/transport/seam.js';
import { type Deferred, deferred } from '../../src/util/deferred.js';
import { ManualClock } from '../support/manual-clock.js';
import { TOPIC } from '../support/swarm.js';

const [peer, other] = [1, 2].map((seed) => SecretKey.fromBytes(new Uint8Array(32).fill(seed)).id);
if (!peer || !other) throw new Error('two ids');

/** A gate, and what it hands on: `3` for a message, `-3` for one that is discarded, otherwise the kind of the event. */
function gateWith(options: GossipOptions) {
  const clock = new ManualClock();
  const handedOn: (number | string)[] = [];
  const seen = new Set<MessageId>();
  /** Who is behind a peer. */
  const sources = new Map<string, string>();
  /** Where a peer is now that has moved. */
  const movedTo = new Map<string, string>();
  const connected = new Set<string>([peer as string, other as string]);
  const host: GateHost = {
    feed: (event) => {
      if (event.type === 'recvMessage' && event.message.type === 'gossip')
        handedOn.push(numberOf(event.message.content));
      else if (event.type === 'recovered') handedOn.push(numberOf(event.content));
      else if (event.type === 'discard') handedOn.push(-numberOf(event.content));
      else handedOn.push(event.type);
    },
    send: (_to, _topic, { type }) => void handedOn.push(`to be sent: ${type}`),
    isJoined: () => true,
    hasSeen: (_topic, id) => seen.has(id),
    isConnected: (id) => connected.has(id),
    remoteAddr: (id) => {
      const name = movedTo.get(id);
      return name === undefined ? undefined : { type: 'ip', addr: { host: name, port: 1 } };
    },
    sources: {
      sourceOf: (id) => sources.get(id ?? '') ?? String(id),
      close: () => void handedOn.push('shut out'),
    },
    release: () => {},
    compare: () => {},
    expelled: () => {},
  };
  const gate = new Gate(resolveGossipOptions({ clock, ...options }), host);
  const receive = (number: number, from = peer, length = 4) =>
    gate.receive({
      type: 'recvMessage',
      topic: TOPIC,
      from: from as typeof peer & string,
      message: payload(number, length),
    });
  /** Whether nobody new comes from there. */
  const isOut = (name: string) => host.sources.isOut?.({ type: 'ip', addr: { host: name, port: 1 } });
  return { gate, clock, handedOn, receive, seen, sources, connected, movedTo, isOut };
}

const idOf = (number: number): MessageId => messageIdFromBytes(new Uint8Array(32).fill(number));
const numberOf = (content: Uint8Array): number => Buffer.from(content).readUInt32LE();

function payload(number: number, length = 4): NetMessage {
  const content = Buffer.alloc(length);
  content.writeUInt32LE(number);
  return { type: 'gossip', id: idOf(number), content, scope: { type: 'swarm', round: 1 } };
}

/** A validator whose answers are given later, by number. */
function later() {
  const answers = new Map<number, Deferred<Verdict>[]>();
  const validate: GossipOptions['validate'] = (_topic, { content }) => {
    const answer = deferred<Verdict>();
    const number = numberOf(content);
    answers.set(number, [...(answers.get(number) ?? []), answer]);
    return answer.promise;
  };
  const answer = async (number: number, verdict: Verdict) => {
    for (const { resolve } of answers.get(number) ?? []) resolve(verdict);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { validate, answers, answer };
}

test('messages of one neighbor stay in order, whatever order their verdicts come in', async () => {
  const { validate, answer } = later();
  const { handedOn, receive } = gateWith({ validate });
  for (const number of [1, 2, 3, 4]) receive(number);
  receive(5, other);
  await answer(3, 'accept');
  await answer(2, 'reject');
  await answer(5, 'accept');
  expect(handedOn).toEqual([5]);
  await answer(1, 'accept');
  expect(handedOn).toEqual([5, 1, -2, 3]);
  await answer(4, 'ignore');
  expect(handedOn).toEqual([5, 1, -2, 3, -4]);
});

test('what is no payload waits in line, too', async () => {
  const { validate, answer } = later();
  const { gate, handedOn, receive } = gateWith({ validate });
  receive(1);
  gate.receive({
    type: 'recvMessage',
    topic: TOPIC,
    from: peer,
    message: { type: 'disconnect', alive: false, respond: false },
  });
  expect(handedOn).toEqual([]);
  await answer(1, 'accept');
  expect(handedOn).toEqual([1, 'recvMessage']);
});

test('validations are bounded in number: for a node, and for one neighbor', async () => {
  const { validate, answers, answer } = later();
  const { receive, handedOn } = gateWith({ validate, maxValidations: 20 });
  for (let number = 1; number <= 100; number++) receive(number);
  expect(answers.size).toBe(16);
  for (let number = 101; number <= 200; number++) receive(number, other);
  expect(answers.size).toBe(20);
  await answer(1, 'accept');
  expect(answers.size).toBe(21);
  for (let number = 1; number <= 200; number++) await answer(number, 'accept');
  for (let number = 1; number <= 200; number++) await answer(number, 'accept');
  expect(handedOn).toHaveLength(200);
});

test('and in time: what takes too long is ignored, and those behind it go on', async () => {
  const { validate, answer } = later();
  const { gate, handedOn, receive, clock } = gateWith({ validate, validateTimeoutMs: 1_000 });
  receive(1);
  receive(2);
  await answer(2, 'accept');
  await clock.advance(999);
  expect(handedOn).toEqual([]);
  await clock.advance(1);
  expect(handedOn).toEqual([-1, 2]);
  await answer(1, 'accept'); // too late
  expect(handedOn).toEqual([-1, 2]);
  expect(gate.snapshot.counts).toMatchObject({ 'validate-timeout': 1, rejected: 0 });
});

test('bytes that wait are bounded; what was dropped is fetched again when there is room', async () => {
  const { validate, answer } = later();
  const { gate, handedOn, receive } = gateWith({ validate, heldBytes: 10_000 });
  for (let number = 1; number <= 20; number++) receive(number, peer, 1_000);
  expect(gate.snapshot.counts['validate-full']).toBe(13); // 7 x (1,000 + 256)
  for (let number = 1; number <= 7; number++) await answer(number, 'accept');
  expect(handedOn).toEqual([1, 2, 3, 4, 5, 6, 7, 'linkGap']);
});

test('while a peer is decided about, what waits is bounded as well', async () => {
  const allowed = deferred<boolean>();
  const { gate, handedOn, receive } = gateWith({ allowPeer: () => allowed.promise, heldBytes: 10_000 });
  for (let number = 1; number <= 20; number++) receive(number, peer, 1_000);
  for (let i = 0; i < 20; i++) expect(gate.maySend(peer, TOPIC, payload(i))).toBe(false);
  expect(gate.snapshot.counts.undecided).toBe(13 + 4);
  allowed.resolve(true);
  await allowed.promise;
  await Promise.resolve();
  expect(handedOn.filter((what) => what === 'to be sent: gossip')).toHaveLength(16);
  expect(handedOn.slice(16)).toEqual([1, 2, 3, 4, 5, 6, 7, 'linkGap']);
});

test('the same payload of several neighbors is asked about once, and one that was here already not at all', async () => {
  const { validate, answers, answer } = later();
  const { handedOn, receive, seen } = gateWith({ validate });
  receive(1);
  receive(1, other);
  expect(answers.get(1)).toHaveLength(1);
  await answer(1, 'accept');
  expect(handedOn).toEqual([1, 1]); // the second is a duplicate like any other
  seen.add(idOf(1));
  receive(1, other);
  expect(handedOn).toEqual([1, 1, 1]);
  expect(answers.get(1)).toHaveLength(1);
});

test('the end of a connection comes after what was sent before it, and before the next connection', async () => {
  const { validate, answer } = later();
  const { gate, handedOn, receive } = gateWith({ validate });
  receive(1);
  gate.ended({ type: 'peerDisconnected', peer });
  expect(handedOn).toEqual([]);
  await answer(1, 'accept');
  expect(handedOn).toEqual([1, 'peerDisconnected']);
  receive(2);
  gate.ended({ type: 'linkRetired', peer });
  gate.connected(peer);
  expect(handedOn.at(-1)).toBe('linkRetired');
  await answer(2, 'accept');
  expect(handedOn.slice(2)).toEqual(['linkRetired', 2]);
});

test('a peer that goes on sending what is rejected is out for a while', async () => {
  const verdicts: Verdict[] = [];
  const { gate, clock, handedOn, receive } = gateWith({
    validate: (_topic, { content }) => verdicts[numberOf(content)] ?? 'reject',
    maxRejected: 3,
    rejectedPauseMs: 5_000,
  });
  const closed: number[] = [];
  const close = (code: number) => closed.push(code);
  const admits = () => gate.admits({ remoteId: peer, remoteAddr: () => undefined, close } as unknown as Connection);
  for (const number of [1, 2, 3]) receive(number);
  await clock.advance(60_000); // a new minute, a new count
  for (const number of [4, 5, 6]) receive(number);
  expect(admits()).toBe(true);
  receive(7);
  expect(admits()).toBe(false);
  expect(closed).toEqual([CloseCode.rejected]);
  expect(handedOn.slice(-3)).toEqual([-7, 'expel', 'shut out']);
  receive(8);
  expect(gate.snapshot).toMatchObject({ counts: { rejected: 7, 'not-allowed': 1 }, shutOut: 1 });
  await clock.advance(5_000);
  expect(admits()).toBe(true);
  expect(handedOn.at(-1)).toBe('allow');
  verdicts[9] = 'accept';
  receive(9);
  expect(handedOn.at(-1)).toBe(9);
});

describe('a host that comes with another key each time', () => {
  /** Where it is, and who comes from there. */
  const host = '192.0.2.7';
  const keys = Array.from({ length: 200 }, (_, i) => (i + 1).toString(16).padStart(64, '0') as typeof peer & string);

  function behind() {
    const setup = gateWith({ validate: () => 'reject' });
    const { gate, receive, sources } = setup;
    const refusedFor: number[] = [];
    let next = 0;
    return {
      ...setup,
      refusedFor,
      /** A new key from there, which sends so many messages that are rejected, and leaves. */
      send: (messages: number, from = host) => {
        const key = keys[next++] as typeof peer & string;
        sources.set(key, from);
        for (let i = 0; i < messages; i++) receive(next * 100 + i, key);
        gate.ended({ type: 'linkRetired', peer: key });
      },
      /** Whether somebody new is let in from there. */
      lets: (from: string | undefined, id: string = keys[199] as string) =>
        gate.admits({
          remoteId: id,
          remoteAddr: () => from && { type: 'ip', addr: { host: from, port: 7 } },
          close: () => {},
          refuseHost: (forMs: number) => void refusedFor.push(forMs),
        } as unknown as Connection),
    };
  }

  test('is out after 64 rejected messages, and gets in again 1.25 s after each', async () => {
    const { send, lets, refusedFor, clock, gate } = behind();
    for (let i = 0; i < 7; i++) send(9);
    expect(lets(host)).toBe(true);
    send(9);
    expect([lets(host), lets('192.0.2.8')]).toEqual([false, true]);
    expect(refusedFor).toEqual([9 * 1_250]);
    expect(gate.snapshot.counts['shut-out']).toBe(1);
    await clock.advance(9 * 1_250);
    expect(lets(host)).toBe(true);
    send(1);
    expect(lets(host)).toBe(false);
  });

  test('gains nothing where each key leaves before it is out itself', () => {
    const { send, lets, gate } = behind();
    for (let i = 0; i < 8; i++) send(8);
    expect(gate.snapshot.shutOut).toBe(0);
    expect(lets(host)).toBe(false);
  });

  test('is out for 80 s at most after its last message, however much it was', async () => {
    const { send, lets, clock } = behind();
    for (let i = 0; i < 150; i++) send(9);
    await clock.advance(79_000);
    expect(lets(host)).toBe(false);
    await clock.advance(2_000);
    expect(lets(host)).toBe(true);
  });

  test('counts as one where it has a whole /48 of IPv6', () => {
    const { send, lets } = behind();
    for (let i = 0; i < 8; i++) send(9, `20010db80007000${i}/64`);
    expect([lets('2001:db8:7:ffff::1'), lets('2001:db8:8::1')]).toEqual([false, true]);
  });

  test('keeps nobody out who is connected already', () => {
    const { send, lets, connected } = behind();
    for (let i = 0; i < 8; i++) send(9);
    connected.add(keys[198] as string);
    expect(lets(host, keys[198])).toBe(true);
  });

  test('keeps nobody out where no host is known: behind a relay each peer stands for itself', () => {
    const { send, lets } = behind();
    for (let i = 0; i < 20; i++) send(9, keys[i]);
    expect([lets(undefined), lets(host)]).toEqual([true, true]);
  });

  test('is blamed for what it has sent when the verdict comes after it has left', async () => {
    const { validate, answer } = later();
    const { gate, receive, sources, isOut } = gateWith({ validate });
    for (let key = 0; key < 8; key++) {
      sources.set(keys[key] as string, host);
      for (let i = 0; i < 8; i++) receive(100 * key + i, keys[key]);
      gate.ended({ type: 'linkRetired', peer: keys[key] as typeof peer & string });
      sources.delete(keys[key] as string);
    }
    expect(isOut(host)).toBe(false);
    for (let key = 0; key < 8; key++) for (let i = 0; i < 8; i++) await answer(100 * key + i, 'reject');
    expect(isOut(host)).toBe(true);
  });

  test('is not blamed for what a peer sends after it has moved elsewhere', () => {
    const { receive, sources, movedTo, isOut } = gateWith({
      validate: () => 'reject',
      maxRejected: 100,
      maxRejectedPerSource: 1,
    });
    sources.set(peer as string, host);
    receive(1);
    movedTo.set(peer as string, '192.0.2.9');
    for (let i = 2; i < 102; i++) receive(i);
    expect([isOut(host), isOut('192.0.2.9')]).toEqual([false, true]);
  });

  test('is not blamed for what is ignored, takes too long, or is accepted', async () => {
    const verdicts: Verdict[] = ['ignore', 'accept'];
    const { receive, sources, isOut } = gateWith({
      validate: (_topic, { content }) => verdicts[numberOf(content) % 2] ?? 'reject',
    });
    sources.set(peer as string, host);
    for (let i = 0; i < 300; i++) receive(i);
    expect(isOut(host)).toBe(false);
  });
});

test('refused peers are remembered within bounds: the oldest is asked about anew', () => {
  const asked: string[] = [];
  const { gate, handedOn } = gateWith({ allowPeer: (_topic, id) => asked.push(id) < 0 });
  const ids = Array.from({ length: 4_097 }, (_, i) => i.toString(16).padStart(64, '0') as typeof peer & string);
  for (const id of ids) expect(gate.maySend(id, TOPIC, payload(1))).toBe(false);
  expect(asked).toHaveLength(4_097);
  expect(handedOn.filter((what) => what === 'allow')).toHaveLength(1);
  gate.maySend(ids[4_096] as typeof peer & string, TOPIC, payload(1));
  expect(asked).toHaveLength(4_097);
  gate.maySend(ids[0] as typeof peer & string, TOPIC, payload(1));
  expect(asked).toHaveLength(4_098);
});
