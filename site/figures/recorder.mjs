// @ts-check
// A small swarm that records every message: from whom, to whom, which kind, when.
import { ChaCha12Rng, MILLISECOND, Network } from '../../packages/sim/dist/index.js';

/** @typedef {{ time: number, from: number, to: number, kind: string, arrives: number }} Sent */

export class RecordedSwarm {
  /** @type {Sent[]} */
  sent = [];
  /** @type {{ time: number, peer: number, round: number }[]} */
  delivered = [];

  /** @param {{ seed: number, nodes: number, config?: object }} options */
  constructor({ seed, nodes, config = {} }) {
    const latency = /** @type {const} */ ({ type: 'dynamic', min: 20 * MILLISECOND, max: 40 * MILLISECOND });
    this.network = new Network({ rng: ChaCha12Rng.seedFromU64(seed), config: { latency, proto: config } });
    this.network.observers.push({
      handled: (time, peer, _event, outputs) => {
        for (const output of outputs) {
          if (output.type !== 'sendMessage') continue;
          const arrives = time + this.network.latencyBetween(peer, output.to);
          this.sent.push({ time, from: peer, to: output.to, kind: output.message.type, arrives });
        }
      },
      delivered: (time, peer, { scope }) =>
        this.delivered.push({ time, peer, round: scope.type === 'swarm' ? scope.round : 0 }),
    });
    for (let peer = 0; peer < nodes; peer++) {
      this.network.insertAndJoin(peer, peer === 0 ? [] : [0]);
      this.network.runFor(300 * MILLISECOND);
    }
    this.network.runFor(4_000 * MILLISECOND);
    this.clear();
  }

  clear() {
    this.sent = [];
    this.delivered = [];
  }

  /** The links of the active views, the smaller number first. @returns {[number, number][]} */
  links() {
    const { network } = this;
    return network
      .peers()
      .flatMap((peer) => network.neighbors(peer).map((other) => /** @type {[number, number]} */ ([peer, other])))
      .filter(([a, b]) => a < b);
  }

  /** @param {number} from @param {string} text @param {number} [ms] */
  publish(from, text, ms = 2_000) {
    this.clear();
    const began = this.network.time;
    this.network.command(from, { type: 'broadcast', content: new TextEncoder().encode(text), scope: 'swarm' });
    this.network.runFor(ms * MILLISECOND);
    return {
      began,
      sent: this.sent.filter(({ time }) => time >= began),
      delivered: this.delivered.filter(({ time }) => time >= began),
    };
  }
}

/** The first copy of a payload that each node got. @param {Sent[]} sent @param {number} publisher @returns {Map<number, Sent>} */
export function firstCopies(sent, publisher) {
  /** @type {Map<number, Sent>} */
  const first = new Map();
  for (const each of sent) {
    if (each.kind !== 'gossip' || each.to === publisher) continue;
    const known = first.get(each.to);
    if (!known || each.arrives < known.arrives) first.set(each.to, each);
  }
  return first;
}
