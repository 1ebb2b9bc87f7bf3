import type { Config, PartialConfig } from './config.js';
import type { InEvent, OutEvent, PeerId } from './event.js';
import type { Hash } from './hash.js';
import type { PeerData } from './message.js';
import type { Rng } from './rng.js';
import type { TopicSnapshot } from './snapshot.js';
import type { Stats } from './stats.js';
import type { TopicId } from './topic-id.js';

export interface StateOptions<P extends PeerId> {
  readonly me: P;
  readonly peerData?: PeerData;
  readonly config?: PartialConfig;
  readonly rng: Rng;
  readonly hash?: Hash;
}

export declare class State<P extends PeerId> {
  readonly me: P;
  readonly config: Config;
  constructor(options: StateOptions<P>);
  handle(event: InEvent<P>, now: number): OutEvent<P>[];
  get peerData(): PeerData;
  topics(): TopicId[];
  neighbors(topic: TopicId): readonly P[];
  snapshot(topic: TopicId): TopicSnapshot<P> | undefined;
  stats(): Readonly<Stats>;
}
