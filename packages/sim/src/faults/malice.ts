import { type Message, type MessageId, messageIdFromBytes, type PeerInfo } from '@grapevine/proto';
import type { ChaCha12Rng } from '../chacha12-rng.js';
import type { Network } from '../network.js';
import { MILLISECOND } from '../network-config.js';
import { upTo } from './chance.js';
import type { Malicious } from './fault.js';
import type { Distortion, FaultyLinks } from './faulty-links.js';

/** Numbers of nodes that do not exist begin here. */
const FIRST_PHANTOM = 2 ** 25;
const PHANTOMS = 2 ** 20;
/** How many payloads that do not exist a flooder announces at once. */
const FLOODED_ANNOUNCEMENTS = 20;
const FLOOD_INTERVAL = 50 * MILLISECOND;

/** Makes nodes malicious for a period. */
export function startMalice(
  network: Network,
  links: FaultyLinks,
  { behavior, from = 0, until = Number.POSITIVE_INFINITY, interval = FLOOD_INTERVAL }: Malicious,
  peers: readonly number[],
  rng: ChaCha12Rng,
): void {
  const start = network.time + from;
  const end = network.time + until;
  if (behavior === 'flooder') {
    for (const peer of peers) startFlood(network, links, { peer, start, end, interval }, rng);
    return;
  }
  const distortion = behavior === 'silent' ? silent : liar(rng);
  network.schedule(start, () => {
    for (const peer of peers) links.distortions.set(peer, distortion);
  });
  if (end === Number.POSITIVE_INFINITY) return;
  network.schedule(end, () => {
    for (const peer of peers) links.distortions.delete(peer);
  });
}

const silent: Distortion = (_to, message) => {
  switch (message.type) {
    case 'gossip':
    case 'ihave':
    case 'graft':
    case 'prune':
      return undefined;
    case 'join':
    case 'forwardJoin':
    case 'shuffle':
    case 'shuffleReply':
    case 'neighbor':
    case 'disconnect':
      return message;
  }
};

function liar(rng: ChaCha12Rng): Distortion {
  const phantom = (): PeerInfo<number> => ({ id: FIRST_PHANTOM + rng.index(PHANTOMS), data: undefined });
  const lies = (to: number, nodes: readonly PeerInfo<number>[]): PeerInfo<number>[] =>
    nodes.map((_, i) => (i === 0 ? { id: to, data: undefined } : phantom()));
  return (to, message) => {
    switch (message.type) {
      case 'gossip':
        return { type: 'ihave', messages: [{ id: message.id, round: 0 }] };
      case 'ihave':
        return { type: 'ihave', messages: message.messages.map(({ id }) => ({ id, round: 0 })) };
      case 'shuffle':
        return { ...message, nodes: lies(to, message.nodes) };
      case 'shuffleReply':
        return { ...message, nodes: lies(to, message.nodes) };
      case 'forwardJoin':
      case 'graft':
      case 'prune':
      case 'join':
      case 'neighbor':
      case 'disconnect':
        return message;
    }
  };
}

/** Sends one message of each kind to one random member after the other, one member in each interval. */
function startFlood(
  network: Network,
  links: FaultyLinks,
  { peer, start, end, interval }: { peer: number; start: number; end: number; interval: number },
  rng: ChaCha12Rng,
): void {
  const flood = (time: number): void => {
    if (time > end) return;
    network.schedule(time, () => {
      if (!network.has(peer)) return;
      const to = rng.choose(network.members().filter((member) => member !== peer));
      if (to !== undefined) for (const message of floodOf(rng)) links.inject(peer, to, message);
      flood(time + interval);
    });
  };
  // Flooders do not all start at the same moment.
  flood(start + upTo(rng, interval));
}

function floodOf(rng: ChaCha12Rng): Message<number>[] {
  return [
    { type: 'join', data: undefined },
    { type: 'ihave', messages: Array.from({ length: FLOODED_ANNOUNCEMENTS }, () => ({ id: noSuchId(rng), round: 0 })) },
    { type: 'gossip', id: noSuchId(rng), content: new Uint8Array(64), scope: { type: 'swarm', round: 0 } },
  ];
}

function noSuchId(rng: ChaCha12Rng): MessageId {
  const bytes = new Uint8Array(32);
  rng.fillBytes(bytes);
  return messageIdFromBytes(bytes);
}
