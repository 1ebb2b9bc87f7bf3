import {
  type Config,
  defaultConfig,
  type OutEvent,
  type PeerId,
  resolveConfig,
  topicIdToBytes,
} from '@grapevine/proto';
import { encodeOutput, encodeTask } from './encode-output.js';
import type { FuzzCase, Step } from './fuzz-case.js';
import { GrowingWriter } from './growing-writer.js';
import { type PeerCodec, peerCodec } from './peer-codec.js';

/** A case with the outputs of our kernel, as ../../../interop/fuzz reads it. */
export class CaseWriter {
  readonly #out = new GrowingWriter();
  readonly #outputs = new GrowingWriter();
  readonly #topics: FuzzCase['topics'];
  readonly #codec: PeerCodec;

  constructor({ ids, config, topics, nodes }: Omit<FuzzCase, 'steps'>) {
    const out = this.#out;
    this.#topics = topics;
    this.#codec = peerCodec(ids);
    out.number(ids === 'numbers' ? 0 : 1);
    writeConfig(out, resolveConfig(config, defaultConfig('nanoseconds')));
    out.number(topics.length);
    for (const topic of topics) out.raw(topicIdToBytes(topic));
    out.number(nodes.length);
    for (const node of nodes) out.value(this.#codec.peer, node);
  }

  step(step: Step, outputs: readonly OutEvent<PeerId>[]): void {
    const out = this.#out;
    out.number(step.node);
    out.number(step.at);
    this.#happening(step);
    this.#outputs.clear();
    for (const output of outputs) encodeOutput(this.#outputs, output, this.#topics, this.#codec);
    out.blob(this.#outputs.bytes);
  }

  /** The whole case, as a copy. */
  finish(): Uint8Array {
    return this.#out.bytes.slice();
  }

  #happening(step: Step): void {
    const out = this.#out;
    const { peer, message } = this.#codec;
    switch (step.do) {
      case 'start':
        out.number(0);
        out.number(step.seed);
        out.blob(step.data);
        break;
      case 'disconnected':
        out.number(1);
        out.value(peer, step.peer);
        break;
      case 'data':
        out.number(2);
        out.blob(step.data);
        break;
      case 'receive':
        out.number(3);
        out.number(step.topic);
        out.value(peer, step.from);
        out.sized(message, step.message);
        break;
      case 'join':
        out.number(4);
        out.number(step.topic);
        out.number(step.peers.length);
        for (const contact of step.peers) out.value(peer, contact);
        break;
      case 'broadcast':
        out.number(5);
        out.number(step.topic);
        out.blob(step.content);
        out.number(step.scope === 'swarm' ? 0 : 1);
        break;
      case 'quit':
        out.number(6);
        out.number(step.topic);
        break;
      case 'timer':
        out.number(7);
        out.number(step.topic);
        encodeTask(out, step.task, this.#codec);
        break;
    }
  }
}

function writeConfig(out: GrowingWriter, { maxMessageSize, membership, broadcast }: Config): void {
  out.number(maxMessageSize);
  out.number(membership.activeViewCapacity);
  out.number(membership.passiveViewCapacity);
  out.number(membership.activeRandomWalkLength);
  out.number(membership.passiveRandomWalkLength);
  out.number(membership.shuffleRandomWalkLength);
  out.number(membership.shuffleActiveViewCount);
  out.number(membership.shufflePassiveViewCount);
  out.number(membership.shuffleInterval);
  out.number(membership.neighborRequestTimeout);
  out.number(broadcast.graftTimeout1);
  out.number(broadcast.graftTimeout2);
  out.number(broadcast.dispatchTimeout);
  out.number(broadcast.optimizationThreshold);
  out.number(broadcast.messageCacheRetention);
  out.number(broadcast.messageIdRetention);
  out.number(broadcast.cacheEvictInterval);
}
