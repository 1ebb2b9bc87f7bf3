import { createSocket } from 'node:dgram';
import { DecodeError, decode, type Schema } from '@grapevine/postcard';
import { messageCodec } from '@grapevine/proto';
import { KeySetBuilder, Reconciliation, ReconciliationError, saltOf } from '@grapevine/proto/reconciliation';
import createMdns from 'multicast-dns';
import { afterAll, describe, expect, test } from 'vitest';
import { type HeardRecord, readAnnouncements, readGoodbyes } from '../packages/mdns/src/records.js';
import { decodeAddrInfo, namedIdSchema } from '../packages/net/src/address/codec.js';
import { FrameDecoder, FrameTooLargeError } from '../packages/net/src/gossip/link/frame-decoder.js';
import { decodeFrame, unpackKeys } from '../packages/net/src/gossip/reconciliation/frames.js';
import { decodeHeader } from '../packages/net/src/gossip/wire.js';
import { endpointIdFromCertificate } from '../packages/net/src/quic/certificate.js';
import { ClientHello } from '../packages/net/src/quic/client-hello.js';
import { InitialFilter } from '../packages/net/src/quic/initial-filter.js';
import { parseMtuPacket } from '../packages/net/src/quic/mtu-probe.js';
import { destinationKey, longPacketAt, parseLongHeader } from '../packages/net/src/quic/packet-header.js';
import { controlRequestSchema, controlResponseSchema } from '../packages/rpc/src/control-wire.js';
import { fullWire, rustWire } from '../packages/rpc/src/topic-wire.js';
import { webAddrs } from '../packages/web/src/address/web-addr.js';
import { readUntilClose } from '../packages/web/src/http3/capsule.js';
import { Http3Error } from '../packages/web/src/http3/codes.js';
import { decodeHuffman } from '../packages/web/src/http3/huffman.js';
import { decodeFields } from '../packages/web/src/http3/qpack.js';
import { decodeSettings } from '../packages/web/src/http3/settings.js';
import { CutOffError, StreamReader } from '../packages/web/src/http3/stream-reader.js';
import { helloSchema, proofSchema } from '../packages/web/src/identity/messages.js';
import corpus from './corpus/decoders.json' with { type: 'json' };

// Every decoder that reads bytes of others, with a corpus of valid input, and with the same input truncated, changed and extended.

/** `GRAPEVINE_FUZZ=100 npx vitest run test/decoders.test.ts` tries a hundred times as many. */
const MUTATIONS = 40 * Number(process.env.GRAPEVINE_FUZZ ?? 1);

type Failure = abstract new (...args: never[]) => Error;

/** What takes the bytes, and the errors that it may answer them with. */
interface Decoder {
  readonly take: (bytes: Uint8Array) => unknown;
  readonly fails?: readonly Failure[];
}

const schema = (of: Schema<never>, ...fails: Failure[]): Decoder => ({
  take: (bytes) => decode(of, bytes),
  fails: [DecodeError, ...fails],
});

const set = () => {
  const builder = new KeySetBuilder(new Uint8Array(8));
  for (let i = 0; i < 50; i++) builder.add(new Uint8Array(32).fill(i));
  return builder.build();
};

/** A stream that brings these bytes in two parts, and ends. */
function streamOf(bytes: Uint8Array): StreamReader {
  const parts = [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)].filter((p) => p.length > 0);
  return new StreamReader({ read: async () => parts.shift(), stop() {} });
}

/** What `multicast-dns` makes of a packet, and what we make of that. Nothing is bound: packets are put into its socket. */
function mdnsReader(): { readonly take: (bytes: Uint8Array) => void; readonly close: () => void } {
  const socket = createSocket('udp4');
  const mdns = createMdns({ socket, bind: false, multicast: false } as Parameters<typeof createMdns>[0]);
  let refusal: Error | undefined;
  mdns.on('warning', (error: Error) => {
    refusal = error;
  });
  mdns.on('response', ({ answers = [], additionals = [] }) => {
    const records: readonly HeardRecord[] = [...answers, ...additionals];
    for (const { addr, ttlMs } of readAnnouncements(records, (service) => service as never)) {
      expect(addr.addrs.length).toBeLessThanOrEqual(16);
      expect(ttlMs).toBeLessThanOrEqual(120_000);
    }
    expect(readGoodbyes(records).length).toBeLessThanOrEqual(64);
  });
  return {
    take(bytes) {
      refusal = undefined;
      socket.emit('message', Buffer.from(bytes), {
        address: '192.0.2.1',
        family: 'IPv4',
        port: 5353,
        size: bytes.length,
      });
      if (refusal) throw refusal as Error;
    },
    close: () => mdns.destroy(),
  };
}

const mdns = mdnsReader();
afterAll(() => mdns.close());

const DECODERS: Readonly<Record<keyof typeof corpus, Decoder>> = {
  'gossip message': schema(messageCodec(namedIdSchema, { maxListedNodes: 1_024 }) as Schema<never>),
  'gossip header': { take: decodeHeader, fails: [RangeError] },
  'gossip frames': {
    take(bytes) {
      const decoder = new FrameDecoder(4_096);
      decoder.push(bytes);
      while (decoder.next());
      expect(decoder.heldBytes).toBeLessThanOrEqual(2 * bytes.length + 256);
    },
    fails: [FrameTooLargeError],
  },
  'address info': { take: decodeAddrInfo, fails: [Error] },
  'history frame': {
    take(bytes) {
      const frame = decodeFrame(bytes);
      if (frame.type === 'want') unpackKeys(frame.keys);
    },
    fails: [DecodeError],
  },
  'history opening': {
    take(bytes) {
      saltOf(bytes);
      for (const _ of Reconciliation.answer(set()).receive(bytes));
    },
    fails: [ReconciliationError],
  },
  'QUIC header': {
    take(bytes) {
      destinationKey(bytes);
      parseLongHeader(bytes);
      for (let at = 0; at < bytes.length; ) {
        const packet = longPacketAt(bytes, at);
        if (!packet) break;
        expect(packet.end).toBeGreaterThan(at);
        at = packet.end;
      }
    },
  },
  'QUIC ClientHello': { take: (bytes) => new ClientHello().add(bytes) },
  'QUIC Initial': {
    take(bytes) {
      const header = parseLongHeader(bytes);
      if (header) new InitialFilter(header.dcid).check(bytes);
    },
  },
  'MTU probe': { take: parseMtuPacket },
  certificate: { take: endpointIdFromCertificate, fails: [Error] },
  'HTTP/3 settings': { take: decodeSettings, fails: [Http3Error] },
  'QPACK fields': { take: decodeFields, fails: [Http3Error] },
  'Huffman text': { take: decodeHuffman, fails: [Error] },
  capsules: { take: (bytes) => readUntilClose(streamOf(bytes)), fails: [Http3Error, CutOffError] },
  'web hello': schema(helloSchema as unknown as Schema<never>),
  'web proof': schema(proofSchema as unknown as Schema<never>),
  'web address': { take: (data) => webAddrs([{ type: 'custom', transport: 0x6772_6170_6576_696en, data }]) },
  'remote request': schema(rustWire.request as Schema<never>),
  'remote command': schema(rustWire.order as Schema<never>),
  'remote event': schema(rustWire.news as Schema<never>),
  'topics request': schema(fullWire.request as Schema<never>),
  'topics command': schema(fullWire.order as Schema<never>),
  'topics news': schema(fullWire.news as Schema<never>),
  'control request': schema(controlRequestSchema as unknown as Schema<never>, Error),
  'mDNS packet': { take: (bytes) => mdns.take(bytes), fails: [Error] },
  'control response': schema(controlResponseSchema as unknown as Schema<never>, Error),
};

/** The same numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Values that decoders stumble over: ends of ranges, and lengths that promise much. */
const EXTREMES = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];

function mutated(seed: Uint8Array, below: (n: number) => number): Uint8Array {
  const bytes = [...seed];
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(bytes.length + 1);
    switch (below(6)) {
      case 0:
        bytes.length = at;
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        bytes[at] = EXTREMES[below(EXTREMES.length)] as number;
        break;
      case 3:
        bytes.splice(at, 0, ...Array.from({ length: below(9) }, () => below(256)));
        break;
      case 4:
        bytes.splice(at, 1 + below(4));
        break;
      default:
        bytes.splice(at, 0, ...bytes.slice(below(bytes.length + 1)).slice(0, 32));
    }
  }
  return Uint8Array.from(bytes, (byte) => byte ?? 0);
}

async function outcome({ take, fails = [] }: Decoder, bytes: Uint8Array): Promise<'taken' | 'refused'> {
  try {
    await take(bytes);
    return 'taken';
  } catch (error) {
    const isOurs = fails.some((type) => error instanceof type) && !(error instanceof TypeError);
    if (isOurs) return 'refused';
    throw new Error(`${Buffer.from(bytes).toString('hex')}: ${String(error)}`, { cause: error });
  }
}

describe.each(Object.entries(DECODERS))('%s', (name, decoder) => {
  const seeds = corpus[name as keyof typeof corpus].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));

  test('takes its corpus', async () => {
    const outcomes = await Promise.all(seeds.map((seed) => outcome(decoder, seed)));
    expect(outcomes).toEqual(seeds.map(() => 'taken'));
  });

  test('takes or refuses whatever comes, and nothing else happens', async () => {
    const below = numbers(20_261_126);
    for (const seed of seeds) {
      for (let end = 0; end < Math.min(seed.length, 200); end++) await outcome(decoder, seed.subarray(0, end));
      for (let i = 0; i < MUTATIONS; i++) await outcome(decoder, mutated(seed, below));
    }
    for (let i = 0; i < MUTATIONS; i++) {
      await outcome(
        decoder,
        Uint8Array.from({ length: below(200) }, () => below(256)),
      );
    }
  });
});
