import { describe, expect, it } from 'vitest';
import { answerPacket, newNonce, parseMtuPacket, probePacket } from '../../src/quic/mtu-probe.js';
import { PathMtu } from '../../src/quic/path-mtu.js';

const RTT_MS = 20;

/** A path of which one knows what it carries, under a virtual clock: probes that fit are answered one round trip later. */
class Path {
  now = 0;
  readonly probes: number[] = [];
  #answers: { readonly at: number; readonly size: number }[] = [];

  constructor(
    readonly mtu: PathMtu,
    public carries: number,
  ) {}

  /** Lets time pass. @param ms how much */
  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now++) {
      for (const { size } of this.#answers.filter(({ at }) => at === this.now)) {
        this.mtu.answered(size);
      }
      this.#answers = this.#answers.filter(({ at }) => at > this.now);
      for (const size of this.mtu.due(this.now, () => RTT_MS)) {
        this.probes.push(size);
        if (size <= this.carries) this.#answers.push({ at: this.now + RTT_MS, size });
      }
    }
  }

  /** The largest datagrams are sent for a while. */
  bulk(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.mtu.filled(this.now);
      this.run(1);
    }
  }
}

const path = (max: number, carries: number) => new Path(new PathMtu(max), carries);

describe('the datagram size of a path', () => {
  it('starts with 1,200 bytes, and nothing is probed before a datagram is full', () => {
    const quiet = path(16_383, 65_527);
    quiet.run(10_000);
    expect([quiet.mtu.size, quiet.probes.length]).toEqual([1200, 0]);
  });

  it.each([
    [16_383, 65_527, 16_383],
    [1_452, 65_527, 1_452],
    [1_350, 65_527, 1_350],
    [16_383, 9_000, 8_952],
    [1_452, 1_400, 1_392],
    [1_452, 1_252, 1_252],
    [1_452, 1_240, 1_200],
    [1_200, 65_527, 1_200],
  ])(
    'at most %i on a path that carries %i becomes %i within a round trip of the first full datagram',
    (max, carries, size) => {
      const full = path(max, carries);
      full.mtu.filled(0);
      full.run(RTT_MS + 1);
      expect(full.mtu.size).toBe(size);
    },
  );

  it('asks for what was not answered three times, then once in a minute or more while there is traffic', () => {
    const narrow = path(1_452, 1_252);
    narrow.bulk(1_000);
    expect(narrow.probes.filter((size) => size === 1_452)).toHaveLength(3);
    narrow.bulk(59_000);
    expect(narrow.probes.filter((size) => size === 1_452)).toHaveLength(3);
    narrow.carries = 1_500;
    narrow.bulk(2_000);
    expect(narrow.mtu.size).toBe(1_452);
    expect(narrow.mtu.blackHoles).toBe(0);
  });

  it('never probes again once the largest size was answered', () => {
    const wide = path(1_452, 1_500);
    wide.bulk(100_000);
    expect(wide.probes).toEqual([1_452, 1_392, 1_332, 1_252, 128]);
  });

  it('in doubt falls to 1,200 at once, and is back within a round trip if nothing is wrong', () => {
    const wide = path(1_452, 1_500);
    wide.bulk(100);
    wide.mtu.doubt(wide.now);
    expect(wide.mtu.size).toBe(1200);
    wide.run(RTT_MS + 1);
    expect([wide.mtu.size, wide.mtu.blackHoles]).toEqual([1_452, 0]);
  });

  it('that a path carries no longer is given up, counted, and tried again later', () => {
    const narrowing = path(1_452, 1_500);
    narrowing.bulk(100);
    narrowing.carries = 1_300;
    narrowing.mtu.doubt(narrowing.now);
    narrowing.run(500);
    expect([narrowing.mtu.size, narrowing.mtu.blackHoles]).toEqual([1_252, 1]);
    narrowing.carries = 1_500;
    narrowing.bulk(61_000);
    expect([narrowing.mtu.size, narrowing.mtu.blackHoles]).toEqual([1_452, 1]);
  });

  it('is not given up because the peer, or the whole path, is silent for a while', () => {
    const broken = path(1_452, 1_500);
    broken.bulk(100);
    broken.carries = 0;
    for (let i = 0; i < 10; i++) {
      broken.mtu.doubt(broken.now);
      broken.run(1_000);
    }
    expect(broken.probes.length).toBeLessThan(100);
    broken.carries = 1_500;
    broken.bulk(3_000);
    expect([broken.mtu.size, broken.mtu.blackHoles]).toEqual([1_452, 0]);
  });

  it('stays 1,200 with a peer that knows no probes, which is asked ever more rarely', () => {
    const foreign = path(1_452, 0);
    foreign.bulk(60_000);
    const asked = foreign.probes.length;
    expect(foreign.mtu.size).toBe(1200);
    foreign.bulk(600_000);
    expect(foreign.probes.length - asked).toBeLessThan(5 * asked);
    const quiet = foreign.probes.length;
    foreign.run(600_000);
    expect(foreign.probes.length - quiet).toBeLessThan(2 * asked);
  });

  it('below 1,200 is found out when small datagrams pass, and only then', () => {
    const below = path(1_452, 1_199);
    for (let i = 0; i < 3; i++) below.mtu.doubt(below.now);
    below.run(2_000);
    expect(below.mtu.isTooNarrow).toBe(false);
    below.run(2_000);
    expect(below.mtu.isTooNarrow).toBe(true);

    for (const carries of [1_200, 0]) {
      const other = path(1_452, carries);
      for (let i = 0; i < 3; i++) other.mtu.doubt(other.now);
      other.run(60_000);
      expect(other.mtu.isTooNarrow).toBe(false);
    }
  });

  it('is unknown again when the peer has moved', () => {
    const wide = path(1_452, 1_500);
    wide.bulk(100);
    wide.mtu.moved();
    expect(wide.mtu.size).toBe(1200);
    wide.bulk(100);
    expect(wide.mtu.size).toBe(1_452);
  });

  it('believes no answer above the largest size', () => {
    const mtu = new PathMtu(1_452);
    mtu.answered(9_000);
    expect(mtu.size).toBe(1200);
  });
});

describe('probes and answers', () => {
  const dcid = Uint8Array.from({ length: 16 }, (_, i) => i);

  it.each([128, 1_200, 1_452, 16_383])(
    'a probe of %i bytes has exactly that size, and is read as what it is',
    (size) => {
      const nonce = newNonce();
      const packet = probePacket(dcid, nonce, size);
      expect(packet.length).toBe(size);
      expect(parseMtuPacket(packet)).toEqual({ kind: 'probe', nonce: Buffer.from(nonce), size });
      const answer = answerPacket(dcid, nonce, size);
      expect(answer.length).toBeLessThan(60);
      expect(parseMtuPacket(answer)).toEqual({ kind: 'answer', nonce: Buffer.from(nonce), size });
    },
  );

  it('anything else is not: cut, of another type, without the tag', () => {
    const probe = probePacket(dcid, newNonce(), 200);
    for (let length = 0; length < 40; length++) expect(parseMtuPacket(probe.subarray(0, length))).toBeUndefined();
    for (let at = 0; at < 34; at++) {
      const damaged = Uint8Array.from(probe);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const isHeader = (at >= 1 && at <= 4) || (at >= 6 && at < 25); // version, id, lengths: the route and the tag decide
      if (!isHeader) expect(parseMtuPacket(damaged), `byte ${at}`).toBeUndefined();
    }
    const answer = answerPacket(dcid, newNonce(), 1_452);
    expect(parseMtuPacket(Buffer.concat([answer, Uint8Array.of(0)]))).toBeUndefined();
  });
});
