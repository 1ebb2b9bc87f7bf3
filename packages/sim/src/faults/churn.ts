import type { ChaCha12Rng } from '../chacha12-rng.js';
import type { Network } from '../network.js';
import { maxLatency } from '../network-config.js';
import { waitingTime } from './chance.js';
import type { Churn } from './fault.js';

/** How long a node stays connected after it has quit, so that its Disconnect messages arrive, in trips of the largest latency. */
const DISCONNECT_TRIPS = 2;

/** Makes nodes join, quit and crash from now on. The last member stays. */
export function startChurn(network: Network, churn: Churn, rng: ChaCha12Rng): void {
  const {
    from = 0,
    until = Number.POSITIVE_INFINITY,
    joins = 0,
    leaves = 0,
    crashes = 0,
    noticeAfter = 0,
    contacts = 1,
  } = churn;
  const end = network.time + until;

  const repeat = (perSecond: number, act: () => void): void => {
    if (perSecond === 0) return;
    const next = (after: number): void => {
      const time = after + waitingTime(rng, perSecond);
      if (time > end) return;
      network.schedule(time, () => {
        act();
        next(time);
      });
    };
    next(network.time + from);
  };
  const member = (): number | undefined => {
    const members = network.members();
    return members.length > 1 ? rng.choose(members) : undefined;
  };

  repeat(joins, () => {
    const peers = Array.from({ length: contacts }, () => rng.choose(network.members()));
    const known = new Set(peers.filter((contact) => contact !== undefined));
    if (known.size === 0) return;
    const peer = network.idLimit;
    // The node's generator comes from the faults' one as well. From the network's, the rest of the run would draw other numbers.
    network.insert(peer, { rng: rng.fork() });
    network.enqueueCommand(peer, { type: 'join', peers: [...known] });
  });
  repeat(leaves, () => {
    const peer = member();
    if (peer === undefined) return;
    network.enqueueCommand(peer, { type: 'quit' });
    network.schedule(network.time + DISCONNECT_TRIPS * maxLatency(network.latency), () => network.remove(peer));
  });
  repeat(crashes, () => {
    const peer = member();
    if (peer !== undefined) network.remove(peer, noticeAfter);
  });
}
