import { ClientHello } from './client-hello.js';
import { type InitialKeys, initialKeys, openInitial } from './initial-keys.js';
import { longPacketAt } from './packet-header.js';

/** What is to be done with a datagram: see {@link InitialFilter.check}. */
export type Verdict = 'authentic' | 'unknown' | 'drop';

/**
 * Looks into the datagrams of one client before quiche does, until its handshake is done.
 *
 * A datagram passes if every Initial packet in it was made with the right keys and holds nothing but its ClientHello, and if it holds no 0-RTT
 * packet: quiche would keep ten of those, of any size.
 */
export class InitialFilter {
  readonly #keys: InitialKeys;
  readonly #hello = new ClientHello();

  /** @param dcid the client's first destination id, or the one that a retry gave it */
  constructor(dcid: Uint8Array) {
    this.#keys = initialKeys(dcid, 'client');
  }

  get hasHello(): boolean {
    return this.#hello.isComplete;
  }

  /** @returns 'authentic' if there was an Initial packet in it, also a repeated one; 'unknown' if only quiche can tell */
  check(datagram: Uint8Array): Verdict {
    let verdict: Verdict = 'unknown';
    for (let at = 0; at < datagram.length; ) {
      const packet = longPacketAt(datagram, at);
      if (!packet) break; // a short header, padding, or rubbish: quiche reads no further either
      if (packet.type === 'zero-rtt') return 'drop';
      if (packet.type === 'initial') {
        const frames = openInitial(this.#keys, datagram.subarray(at, packet.end), packet.numberAt - at);
        if (!frames || this.#hello.add(frames) === 'invalid') return 'drop';
        verdict = 'authentic';
      }
      at = packet.end;
    }
    return verdict;
  }
}
