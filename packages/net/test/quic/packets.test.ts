import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClosePackets } from '../../src/quic/close-packets.js';
import { HalfOpen } from '../../src/quic/half-open.js';
import { cidKey, destinationKey, parseLongHeader, versionNegotiationPacket } from '../../src/quic/packet-header.js';
import { PeerPath } from '../../src/quic/peer-path.js';
import { RetryTokens } from '../../src/quic/retry-token.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('packet headers', () => {
  it('of an Initial give version, ids and token (RFC 9001, appendix A.2)', () => {
    const header = parseLongHeader(hex('c000000001088394c8f03e5157080000449e7b9aec34'));
    expect(header).toMatchObject({ version: 1, initial: true, scid: hex(''), token: hex('') });
    expect(Buffer.from(header?.dcid ?? []).toString('hex')).toBe('8394c8f03e515708');
  });

  it('with a token of two length bytes', () => {
    const header = parseLongHeader(hex(`c000000001 01aa 01bb 4041 ${'77'.repeat(65)}`.replaceAll(' ', '')));
    expect(header?.token).toEqual(hex('77'.repeat(65)));
  });

  it('of other versions are read as far as all versions agree', () => {
    const header = parseLongHeader(hex('ff1a2a3a4a02aaaa03bbbbbb'));
    expect(header).toMatchObject({ version: 0x1a2a3a4a, initial: false, dcid: hex('aaaa'), scid: hex('bbbbbb') });
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (datagram) => {
        parseLongHeader(datagram);
        destinationKey(datagram);
      }),
    );
  });

  it('lead to the destination in both forms', () => {
    const cid = hex('000102030405060708090a0b0c0d0e0f');
    expect(destinationKey(Uint8Array.of(0x40, ...cid, 1, 2, 3))).toBe(cidKey(cid));
    expect(destinationKey(Uint8Array.of(0xc0, 0, 0, 0, 1, 16, ...cid))).toBe(cidKey(cid));
    expect(destinationKey(Uint8Array.of(0x40, 1, 2, 3))).toBeUndefined();
  });

  it('negotiate versions with the ids swapped and version 1 on offer', () => {
    const packet = versionNegotiationPacket(parseLongHeader(hex('ff1a2a3a4a02aaaa03bbbbbb')) as never);
    expect(Buffer.from(packet.subarray(1)).toString('hex')).toMatch(/^0000000003bbbbbb02aaaa00000001.a.a.a.a$/);
  });
});

describe('retry tokens', () => {
  const dcid = hex('0011223344556677');

  it('give back the first destination id to the same source', () => {
    const tokens = new RetryTokens();
    expect(tokens.check('1.2.3.4:5', tokens.issue('1.2.3.4:5', dcid))).toEqual(dcid);
  });

  it('are worth nothing from elsewhere, or made by another endpoint', () => {
    const tokens = new RetryTokens();
    expect(tokens.check('1.2.3.4:6', tokens.issue('1.2.3.4:5', dcid))).toBeUndefined();
    expect(tokens.check('1.2.3.4:5', new RetryTokens().issue('1.2.3.4:5', dcid))).toBeUndefined();
  });

  it('expire', () => {
    let now = 1e12;
    const tokens = new RetryTokens(10_000, () => now);
    const token = tokens.issue('a:1', dcid);
    now += 10_000;
    expect(tokens.check('a:1', token)).toEqual(dcid);
    now += 1;
    expect(tokens.check('a:1', token)).toBeUndefined();
  });

  it('with any bit changed, cut or empty are refused and never throw', () => {
    const tokens = new RetryTokens();
    const token = tokens.issue('a:1', dcid);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice();
      changed[i] = (changed[i] as number) ^ 1;
      expect(tokens.check('a:1', changed)).toBeUndefined();
      expect(tokens.check('a:1', token.slice(0, i))).toBeUndefined();
    }
  });
});

describe('half-open accounting', () => {
  it('holds both caps and forgets sources that are gone', () => {
    const halfOpen = new HalfOpen(3, 2);
    const leave = [halfOpen.enter('a'), halfOpen.enter('a')];
    expect(halfOpen.enter('a')).toBeUndefined();
    leave.push(halfOpen.enter('b'));
    expect(halfOpen.enter('c')).toBeUndefined();
    expect([halfOpen.total, halfOpen.sources]).toEqual([3, 2]);
    for (const go of leave) {
      go?.();
      go?.(); // once is enough
    }
    expect([halfOpen.total, halfOpen.sources]).toEqual([0, 0]);
  });
});

describe('close packets', () => {
  it('are repeated ever more rarely, and forgotten', () => {
    let now = 0;
    const packets = new ClosePackets(() => now);
    const datagram = Uint8Array.of(1);
    packets.add(['x'], datagram);
    const answered = Array.from({ length: 10 }, () => packets.answer('x') !== undefined);
    expect(answered).toEqual([true, true, false, true, false, false, false, true, false, false]);
    now = 3_000;
    expect(packets.answer('x')).toBeUndefined();
    expect(packets.size).toBe(0);
  });
});

describe('the path to a peer', () => {
  const path = () => new PeerPath({ host: '1.2.3.4', port: 5 });

  it('carries whatever there is to send while the peer stays where the handshake found it', () => {
    const here = path();
    here.sent(1e9);
    expect(here.credit).toBe(Number.POSITIVE_INFINITY);
    expect(here.is('1.2.3.4', 5)).toBe(true);
    expect(here.is('1.2.3.4', 6)).toBe(false);
  });

  it('carries three times what came from a new address until the peer answers from there', () => {
    const here = path();
    here.moveTo('1.2.3.4', 6, 100);
    expect(here.is('1.2.3.4', 6)).toBe(true);
    expect(here.credit).toBe(300);
    here.received(50);
    expect(here.credit).toBe(450); // nothing was sent there yet, so this was no answer
    here.sent(400);
    expect(here.credit).toBe(50);
    here.received(60);
    expect(here.credit).toBe(Number.POSITIVE_INFINITY);
  });
});
