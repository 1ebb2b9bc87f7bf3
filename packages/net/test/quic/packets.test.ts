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
  const cid = hex('00112233445566778899aabbccddeeff');
  const otherCid = hex('ff112233445566778899aabbccddeeff');

  it('give back the first destination id to the same source', () => {
    const tokens = new RetryTokens();
    expect(tokens.check('1.2.3.4:5', tokens.issue('1.2.3.4:5', dcid, cid), cid)).toEqual(dcid);
  });

  it('are worth nothing from elsewhere, with another id, or made by another endpoint', () => {
    const tokens = new RetryTokens();
    const token = tokens.issue('1.2.3.4:5', dcid, cid);
    expect(tokens.check('1.2.3.4:6', token, cid)).toBeUndefined();
    expect(tokens.check('1.2.3.4:5', token, otherCid)).toBeUndefined();
    expect(tokens.check('1.2.3.4:5', new RetryTokens().issue('1.2.3.4:5', dcid, cid), cid)).toBeUndefined();
  });

  it('are good for one handshake, and forgotten when they have expired', () => {
    let now = 1e12;
    const tokens = new RetryTokens(10_000, () => now);
    const token = tokens.issue('a:1', dcid, cid);
    expect(tokens.check('a:1', token, cid)).toEqual(dcid);
    tokens.use(cid);
    expect(tokens.check('a:1', token, cid)).toBeUndefined();
    for (let i = 0; i < 70_000; i++) tokens.use(Buffer.from(`${i}`));
    const later = tokens.issue('a:1', dcid, otherCid);
    expect(tokens.check('a:1', later, otherCid)).toBeUndefined(); // too many to remember one more
    now += 9_999;
    const fresh = tokens.issue('a:1', dcid, otherCid);
    now += 2;
    expect(tokens.check('a:1', fresh, otherCid)).toEqual(dcid);
  });

  it('expire', () => {
    let now = 1e12;
    const tokens = new RetryTokens(10_000, () => now);
    const token = tokens.issue('a:1', dcid, cid);
    now += 10_000;
    expect(tokens.check('a:1', token, cid)).toEqual(dcid);
    now += 1;
    expect(tokens.check('a:1', token, cid)).toBeUndefined();
  });

  it('with any bit changed, cut or empty are refused and never throw', () => {
    const tokens = new RetryTokens();
    const token = tokens.issue('a:1', dcid, cid);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice();
      changed[i] = (changed[i] as number) ^ 1;
      expect(tokens.check('a:1', changed, cid)).toBeUndefined();
      expect(tokens.check('a:1', token.slice(0, i), cid)).toBeUndefined();
    }
  });
});

describe('half-open accounting', () => {
  /** With a clock, and a list of those who had to go. */
  function make(maxTotal: number, maxPerSource: number) {
    const evicted: string[] = [];
    const clock = { now: 0 };
    const halfOpen = new HalfOpen(maxTotal, maxPerSource, () => clock.now);
    const enter = (host: string, name = host) => {
      const leave = halfOpen.enter(host, () => {
        evicted.push(name);
        leave?.();
      });
      return leave;
    };
    return { halfOpen, enter, evicted, clock };
  }

  it('holds both caps and forgets sources that are gone', () => {
    const { halfOpen, enter, evicted } = make(3, 2);
    const leave = [enter('10.0.0.1'), enter('10.0.0.1')];
    expect(enter('10.0.0.1')).toBeUndefined(); // all have only just begun
    leave.push(enter('10.0.0.2'));
    expect(enter('10.0.0.3')).toBeUndefined();
    expect([halfOpen.total, halfOpen.sources]).toEqual([3, 2]);
    for (const go of leave) {
      go?.();
      go?.(); // once is enough
    }
    expect([halfOpen.total, halfOpen.sources, evicted]).toEqual([0, 0, []]);
  });

  it('gives a place of the source that has most to a newcomer, the oldest first', () => {
    const { halfOpen, enter, evicted, clock } = make(4, 3);
    for (const name of ['a1', 'a2', 'a3']) enter('10.0.0.1', name);
    enter('10.0.0.2', 'b1');
    clock.now = 100;
    enter('10.0.0.1', 'a4'); // over its own cap
    enter('10.0.0.3', 'c1'); // all places are taken
    expect(evicted).toEqual(['a1', 'a2']);
    expect([halfOpen.total, halfOpen.sources]).toEqual([4, 3]);
  });

  it('counts a /48 of IPv6 as one source, and an IPv4 host as one however it is spelled', () => {
    const { halfOpen, enter } = make(9, 2);
    enter('2001:db8:1:2::1');
    enter('2001:db8:1:ffff::9');
    expect(enter('2001:db8:1:77::1')).toBeUndefined();
    expect(enter('2001:db8:2:2::1')).toBeDefined();
    enter('10.0.0.1');
    enter('::ffff:10.0.0.1');
    expect(enter('10.0.0.1')).toBeUndefined();
    expect(halfOpen.sources).toBe(3);
  });

  it('lets one source begin 256 in a row, then a hundred a second', () => {
    const { halfOpen, enter, clock } = make(9, 9);
    enter('10.0.0.1');
    const allowed = () =>
      Array.from({ length: 500 }, () => halfOpen.isOverRate('10.0.0.1')).filter((over) => !over).length;
    expect(allowed()).toBe(256);
    clock.now = 1_000;
    expect(allowed()).toBe(100);
  });
});

describe('close packets', () => {
  const to = { host: '1.2.3.4', port: 5, allowance: Number.POSITIVE_INFINITY };

  it('are repeated ever more rarely, and forgotten', () => {
    let now = 0;
    const packets = new ClosePackets(() => now);
    const datagram = Uint8Array.of(1);
    packets.add(['x'], datagram, to);
    const answered = Array.from({ length: 10 }, () => packets.answer('x', to) !== undefined);
    expect(answered).toEqual([true, true, false, true, false, false, false, true, false, false]);
    now = 3_000;
    expect(packets.answer('x', to)).toBeUndefined();
    expect(packets.size).toBe(0);
  });

  it('go only where the peer was, and to an unproven address only as far as it may be sent', () => {
    const packets = new ClosePackets(() => 0);
    packets.add(['x', 'y'], new Uint8Array(100), { ...to, allowance: 250 });
    expect(packets.answer('x', { host: '1.2.3.4', port: 6 })).toBeUndefined();
    const answered = Array.from({ length: 9 }, (_, i) => packets.answer(i % 2 ? 'x' : 'y', to) !== undefined);
    expect(answered.filter(Boolean)).toHaveLength(2);
  });
});

describe('the path to a peer', () => {
  const proven = () => new PeerPath({ host: '1.2.3.4', port: 5 }, { isProven: true, isChecked: true });

  it('carries whatever there is to send while the peer stays where it is proven', () => {
    const here = new PeerPath({ host: '1.2.3.4', port: 5 }, { isProven: true, isChecked: false });
    here.sent(1e9);
    expect(here.credit).toBe(Number.POSITIVE_INFINITY);
    expect(here.is('1.2.3.4', 5)).toBe(true);
    expect(here.is('1.2.3.4', 6)).toBe(false);
  });

  it('carries three times what authentic packets brought until the handshake proves it', () => {
    const here = new PeerPath({ host: '1.2.3.4', port: 5 }, { isProven: false, isChecked: true });
    expect(here.credit).toBe(0);
    here.received(1_200);
    here.sent(3_000);
    here.received(100);
    expect([here.credit, here.isProven]).toEqual([900, false]);
    here.prove();
    expect([here.credit, here.isProven]).toEqual([Number.POSITIVE_INFINITY, true]);
  });

  it('carries nothing but challenges to a new address until one is answered from there', () => {
    const here = proven();
    here.moveTo('1.2.3.4', 6, 50, 0);
    expect([here.credit, here.allowance, here.challengeAt]).toEqual([0, 150, 0]);
    const nonce = here.challenge(0, 64);
    expect(nonce).toHaveLength(8);
    here.sent(64);
    expect(here.challenge(99, 64)).toBeUndefined(); // too soon
    expect(here.challenge(100, 64)).toBe(nonce);
    here.sent(64);
    expect(here.challenge(300, 64)).toBeUndefined(); // 22 bytes are left
    here.received(50);
    expect([here.credit, here.isProven]).toEqual([0, false]); // whatever comes is no answer
    expect(here.challenge(700, 64)).toBe(nonce);
    expect(here.answered(new Uint8Array(8))).toBe(false);
    expect(here.answered(nonce as Uint8Array)).toBe(true);
    expect([here.credit, here.challengeAt]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(here.answered(nonce as Uint8Array)).toBe(false); // there is nothing to prove any more
  });

  it('is given up when no challenge was answered for two seconds', () => {
    const here = proven();
    expect(here.isOverdue(1e9)).toBe(false);
    here.moveTo('1.2.3.4', 6, 50, 0);
    expect([here.isOverdue(1_999), here.isOverdue(2_000)]).toEqual([false, true]);
    here.prove();
    expect(here.isOverdue(1e9)).toBe(false);
  });

  it('carries at most eight MiB to a peer that answers no challenge, however much it acknowledges', () => {
    const here = proven();
    let [sent, now] = [0, 0];
    for (; here.credit > 0 && sent < 1e9; sent += 1e5, now += 50) {
      here.sent(1e5);
      here.challenge(now, 64);
    }
    expect(sent).toBeGreaterThan(8 << 20);
    expect(sent).toBeLessThan((8 << 20) + 2e5);
    now += 1_600;
    const nonce = here.challenge(now, 64);
    expect(here.answered(nonce as Uint8Array)).toBe(true);
    expect(here.credit).toBe(Number.POSITIVE_INFINITY);
  });

  it('leads back to where the peer was proven last without another challenge', () => {
    const here = proven();
    here.moveTo('6.6.6.6', 6, 50, 0);
    here.moveTo('1.2.3.4', 5, 50, 10);
    expect([here.isProven, here.challengeAt]).toEqual([true, Number.POSITIVE_INFINITY]);
  });
});
