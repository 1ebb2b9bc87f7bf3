import fc from 'fast-check';
import { ChaCha12Rng, MILLISECOND, Network, type NetworkConfig, SECOND } from '../../src/index.js';

/** The expected state of the swarm: its members, and what has been published. */
export interface Model {
  readonly members: Set<number>;
  /** How many nodes have crashed. */
  crashed: number;
  nextPeer: number;
  published: number;
}

/** The swarm, and everything that it has delivered. */
export class Swarm {
  readonly network: Network;
  /** The members at the time when a payload was published, the publisher first. */
  readonly audiences: { readonly content: string; readonly peers: readonly number[] }[] = [];
  private readonly texts = new Map<string, Map<number, number>>();

  constructor(seed: number, config: NetworkConfig) {
    this.network = new Network({ config, rng: ChaCha12Rng.seedFromU64(seed) });
    this.network.observers.push({
      delivered: (_time, peer, { content }) => {
        const text = String.fromCharCode(...content);
        const counts = this.texts.get(text) ?? new Map<number, number>();
        counts.set(peer, (counts.get(peer) ?? 0) + 1);
        this.texts.set(text, counts);
      },
    });
  }

  deliveredTo(text: string, peer: number): number {
    return this.texts.get(text)?.get(peer) ?? 0;
  }
}

type Command = fc.Command<Model, Swarm>;

/** The member at a position. Shrinking moves the position towards the first member. */
const memberAt = ({ members }: Model, position: number): number => [...members][position % members.size] as number;

class Join implements Command {
  constructor(readonly contact: number) {}

  check(): boolean {
    return true;
  }

  run(model: Model, { network }: Swarm): void {
    const contact = memberAt(model, this.contact);
    network.insertAndJoin(model.nextPeer, [contact]);
    network.runFor(500 * MILLISECOND);
    model.members.add(model.nextPeer++);
  }

  toString(): string {
    return `Join(${this.contact})`;
  }
}

class Leave implements Command {
  constructor(readonly position: number) {}

  check({ members }: Readonly<Model>): boolean {
    return members.size > 3;
  }

  run(model: Model, { network }: Swarm): void {
    const peer = memberAt(model, this.position);
    network.enqueueCommand(peer, { type: 'quit' });
    network.runFor(SECOND);
    model.members.delete(peer);
  }

  toString(): string {
    return `Leave(${this.position})`;
  }
}

class Crash implements Command {
  constructor(readonly position: number) {}

  /**
   * At most a third of the members, and none before the latest joiner has had time for two shuffles: then the swarm must
   * stay connected. Before, a joiner may know nobody but its contact, in a small swarm: all walks may end where they began.
   */
  check({ members, crashed }: Readonly<Model>): boolean {
    return members.size > 3 && 3 * (crashed + 1) <= members.size;
  }

  run(model: Model, { network }: Swarm): void {
    const peer = memberAt(model, this.position);
    network.runFor(2 * network.config.membership.shuffleInterval + SECOND);
    network.remove(peer);
    model.members.delete(peer);
    model.crashed++;
  }

  toString(): string {
    return `Crash(${this.position})`;
  }
}

class Broadcast implements Command {
  constructor(readonly position: number) {}

  check(): boolean {
    return true;
  }

  run(model: Model, { network, audiences }: Swarm): void {
    const from = memberAt(model, this.position);
    const content = `payload ${model.published++}`;
    audiences.push({ content, peers: [from, ...[...model.members].filter((peer) => peer !== from)] });
    const bytes = Uint8Array.from(content, (character) => character.charCodeAt(0));
    network.enqueueCommand(from, { type: 'broadcast', content: bytes, scope: 'swarm' });
  }

  toString(): string {
    return `Broadcast(${this.position})`;
  }
}

class Wait implements Command {
  constructor(readonly milliseconds: number) {}

  check(): boolean {
    return true;
  }

  run(_model: Model, { network }: Swarm): void {
    network.runFor(this.milliseconds * MILLISECOND);
  }

  toString(): string {
    return `Wait(${this.milliseconds})`;
  }
}

const position = fc.nat({ max: 20 });

/** Schedules of joins, quits, crashes, broadcasts and pauses. */
export const schedules = fc.commands(
  [
    position.map((at) => new Join(at)),
    position.map((at) => new Join(at)),
    position.map((at) => new Broadcast(at)),
    position.map((at) => new Broadcast(at)),
    position.map((at) => new Leave(at)),
    position.map((at) => new Crash(at)),
    fc.integer({ min: 1, max: 2_000 }).map((milliseconds) => new Wait(milliseconds)),
  ],
  { maxCommands: 50 },
);
