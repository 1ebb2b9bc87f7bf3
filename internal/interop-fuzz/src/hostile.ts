import {
  type Config,
  defaultHash,
  type IHaveEntry,
  type Message,
  type MessageId,
  messageIdFromBytes,
  type PeerData,
  type PeerId,
  type PeerInfo,
} from '@grapevine/proto';
import type { Dice } from './dice.js';
import type { Ids } from './fuzz-case.js';

/** The crate adds one to a round when it passes a payload on, and panics (or wraps) at the largest. Cases have rounds up to this. */
const LAST_GOSSIP_ROUND = 65_534;
const UINT16_MAX = 65_535;

/** How many payloads and ids are remembered for lies. */
const REMEMBERED = 24;

/** Makes messages that are well-formed and lie: from any peer, about any peer. */
export class Liar {
  readonly #dice: Dice;
  readonly #config: Config;
  readonly #ids: Ids;
  readonly #peers: PeerId[];
  readonly #messageIds: MessageId[] = [];
  readonly #payloads: { readonly id: MessageId; readonly content: Uint8Array }[] = [];

  constructor(dice: Dice, config: Config, ids: Ids, nodes: readonly PeerId[]) {
    this.#dice = dice;
    this.#config = config;
    this.#ids = ids;
    this.#peers = [...nodes];
    const strangers = dice.between(0, 12);
    for (let i = 0; i < strangers; i++) this.#peers.push(newPeer(dice, ids));
  }

  /** A node of the case, one of a few strangers, or a new one. */
  peer(): PeerId {
    return this.#dice.chance(0.97) ? this.#dice.pick(this.#peers) : newPeer(this.#dice, this.#ids);
  }

  /** Remembers the payload or the id in a message, for lies. */
  overhear(message: Message<PeerId>): void {
    if (message.type === 'gossip') {
      remember(this.#dice, this.#payloads, message);
      remember(this.#dice, this.#messageIds, message.id);
    } else if (message.type === 'ihave') {
      const [first] = message.messages;
      if (first !== undefined) remember(this.#dice, this.#messageIds, first.id);
    }
  }

  message(): Message<PeerId> {
    const dice = this.#dice;
    const type = dice.weighed<Message<PeerId>['type']>({
      join: 2,
      forwardJoin: 3,
      shuffle: 3,
      shuffleReply: 2,
      neighbor: 3,
      disconnect: 2,
      gossip: 5,
      prune: 2,
      graft: 3,
      ihave: 4,
    });
    switch (type) {
      case 'join':
        return { type, data: this.data() };
      case 'forwardJoin':
        return { type, peer: this.#info(), ttl: this.#hops(this.#config.membership.activeRandomWalkLength) };
      case 'shuffle': {
        const ttl = this.#hops(this.#config.membership.shuffleRandomWalkLength);
        return { type, origin: this.peer(), nodes: this.nodes(), ttl };
      }
      case 'shuffleReply':
        return { type, nodes: this.nodes() };
      case 'neighbor':
        return { type, priority: dice.pick(['high', 'low']), data: this.data() };
      case 'disconnect':
        return { type, alive: dice.chance(0.6), respond: dice.chance(0.2) };
      case 'gossip':
        return this.#gossip();
      case 'prune':
        return { type };
      case 'graft':
        return { type, id: dice.chance(0.7) ? this.#id() : undefined, round: this.#round(UINT16_MAX) };
      case 'ihave': {
        const messages: IHaveEntry[] = [];
        const count = dice.chance(0.05) ? dice.between(0, 300) : dice.between(0, 6);
        for (let i = 0; i < count; i++) messages.push({ id: this.#id(), round: this.#round(UINT16_MAX) });
        return { type, messages };
      }
    }
  }

  /** A list of nodes, some of them twice. */
  nodes(): PeerInfo<PeerId>[] {
    const dice = this.#dice;
    const count = dice.chance(0.05) ? dice.between(0, 100) : dice.between(0, 9);
    return Array.from({ length: count }, () => this.#info());
  }

  /** Peer data; `undefined` for a message without. */
  data(): PeerData | undefined {
    const dice = this.#dice;
    return dice.chance(0.3) ? undefined : dice.chance(0.2) ? new Uint8Array() : Uint8Array.of(dice.between(0, 3), 7);
  }

  #info(): PeerInfo<PeerId> {
    return { id: this.peer(), data: this.data() };
  }

  #gossip(): Message<PeerId> {
    const dice = this.#dice;
    const scope: Extract<Message<PeerId>, { type: 'gossip' }>['scope'] = dice.chance(0.15)
      ? { type: 'neighbors' }
      : { type: 'swarm', round: this.#round(LAST_GOSSIP_ROUND) };
    if (this.#payloads.length > 0 && dice.chance(0.5)) {
      const { id, content } = dice.pick(this.#payloads);
      return { type: 'gossip', id, content: dice.chance(0.1) ? dice.bytes(4) : content, scope };
    }
    const content = dice.bytes(dice.chance(0.1) ? dice.between(0, 300) : dice.between(0, 12));
    const id = dice.chance(0.1) ? this.#id() : messageIdFromBytes(defaultHash(content));
    return { type: 'gossip', id, content, scope };
  }

  #id(): MessageId {
    const dice = this.#dice;
    if (this.#messageIds.length > 0 && dice.chance(0.7)) return dice.pick(this.#messageIds);
    const id = messageIdFromBytes(dice.bytes(32));
    remember(dice, this.#messageIds, id);
    return id;
  }

  #round(max: number): number {
    const dice = this.#dice;
    return dice.chance(0.05) ? dice.between(max - 2, max) : dice.between(0, 12);
  }

  /** Remaining hops, up to the length of a walk. Our kernel cuts longer walks, and the crate does not. */
  #hops(walk: number): number {
    const dice = this.#dice;
    return dice.chance(0.2) ? walk : Math.min(walk, dice.between(0, 8));
  }
}

/** Whether the crate takes a message and does not panic. */
export function isDeliverable(message: Message<PeerId>): boolean {
  return message.type !== 'gossip' || message.scope.type !== 'swarm' || message.scope.round <= LAST_GOSSIP_ROUND;
}

/** A new id. */
export function newPeer(dice: Dice, ids: Ids): PeerId {
  if (ids === 'numbers') return dice.between(0, 0xffff_ffff);
  return Buffer.from(dice.bytes(32)).toString('hex');
}

function remember<T>(dice: Dice, list: T[], item: T): void {
  if (list.length < REMEMBERED) list.push(item);
  else list[dice.between(0, REMEMBERED - 1)] = item;
}
