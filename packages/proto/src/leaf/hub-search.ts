import { LostPeers } from '../membership/lost-peers.js';
import { probeQuestion } from '../membership/probe-question.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';

/** Hubs that a leaf asks for: as many as a shuffle brings to a member, at default settings. */
const ASKED_HUBS = 8;
/** Hubs are asked again after this many times `neighborRequestTimeout`: one that has just started knows no other yet. */
const ASK_AGAIN = 2;
/** After this many shuffles that have brought nothing there are no more until something changes. */
const FRUITLESS_SHUFFLES = 3;

const SHUFFLE = { type: 'shuffle' } as const;
const ASK_FOR_MEMBERS = { type: 'askForMembers' } as const;

/**
 * When a leaf looks for more hubs: when one has taken it, shortly after that, and at each shuffle until shuffles bring nothing new. With one hub left it
 * also looks ever more rarely between two shuffles: a hub that comes in the place of one that died is found before the last one dies.
 */
export class HubSearch<P extends PeerId> {
  /** Hubs whose link broke: one of them is tried with a shuffle, now and then. */
  readonly lost: LostPeers<P>;
  readonly #node: NodeContext<P>;
  readonly #out: Outbox<P>;
  readonly #active: { readonly size: number };
  /** Shuffles since something has changed. */
  #fruitless = 0;
  #isShuffling = false;
  /** The time until hubs are asked again, and how many timers for that run. */
  #pause = 0;
  #timers = 0;

  /** @param active the hubs that are neighbors */
  constructor(node: NodeContext<P>, out: Outbox<P>, active: { readonly size: number }) {
    this.lost = new LostPeers(node.config.membership.passiveViewCapacity);
    this.#node = node;
    this.#out = out;
    this.#active = active;
  }

  /** Asks a hub for others. */
  ask(hub: P): void {
    this.#out.send(hub, probeQuestion(this.#node, ASKED_HUBS));
  }

  /** Asks these neighbors for others, and all neighbors a little later. */
  look(hubs: readonly P[]): void {
    for (const hub of hubs) this.ask(hub);
    this.#pause = ASK_AGAIN * this.#node.config.membership.neighborRequestTimeout;
    this.#lookLater();
  }

  /** The time has come to ask again. */
  lookAgain(hubs: readonly P[]): void {
    this.#timers--;
    for (const hub of hubs) this.ask(hub);
    this.#pause *= 2;
    const isSoon = this.#pause < this.#node.config.membership.shuffleInterval;
    if (this.isShort && this.#timers === 0 && isSoon) this.#lookLater();
  }

  /** Whether a hub is left, and few others. */
  get isShort(): boolean {
    const { size } = this.#active;
    return size > 0 && size < this.#node.config.membership.activeViewCapacity / 2;
  }

  #lookLater(): void {
    this.#timers++;
    this.#out.schedule(this.#pause, this.#out.timer(ASK_FOR_MEMBERS));
  }

  /** Neighbors, or the hubs that are known, have changed: shuffles are worth while again. */
  somethingChanged(): void {
    this.#fruitless = 0;
    this.shuffleLater();
  }

  /** The time for a shuffle has come. */
  shuffled(): void {
    this.#isShuffling = false;
    this.#fruitless++;
  }

  shuffleLater(): void {
    if (this.#isShuffling || this.#isSettled) return;
    this.#isShuffling = true;
    this.#out.schedule(this.#node.config.membership.shuffleInterval, this.#out.timer(SHUFFLE));
  }

  /** A leaf that has a hub and hears nothing new does not shuffle: an idle tab costs nothing. */
  get #isSettled(): boolean {
    return this.#fruitless >= FRUITLESS_SHUFFLES && this.lost.size === 0 && this.#active.size > 0;
  }
}
