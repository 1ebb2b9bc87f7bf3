import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import { isPromise } from '../../util/is-promise.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { PeerInfo } from './allow-peer.js';

type Options = Pick<ResolvedGossipOptions, 'allowPeer' | 'allowTimeoutMs' | 'clock' | 'logger'>;

/** Asks `allowPeer`, whatever it does. */
export class PeerPolicy {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether a peer is allowed. Never throws, never rejects, and settles in bounded time. */
  ask(topic: TopicId, peer: EndpointId, info: PeerInfo): boolean | Promise<boolean> {
    try {
      const answer: unknown = this.#options.allowPeer(topic, peer, info);
      return isPromise(answer) ? this.#inTime(peer, answer) : answer === true;
    } catch (error) {
      return this.#failed(peer, error);
    }
  }

  #inTime(peer: EndpointId, answer: PromiseLike<unknown>): Promise<boolean> {
    const { clock, allowTimeoutMs } = this.#options;
    return new Promise((resolve) => {
      const late = () => resolve(this.#failed(peer, new Error(`no answer within ${allowTimeoutMs} ms`)));
      const timer = clock.setTimer(late, allowTimeoutMs);
      const settle = (allowed: boolean) => {
        timer.cancel();
        resolve(allowed);
      };
      answer.then(
        (allowed) => settle(allowed === true),
        (error) => settle(this.#failed(peer, error)),
      );
    });
  }

  #failed(peer: EndpointId, error: unknown): false {
    this.#options.logger.error({ peer, error: String(error) }, 'allowPeer has failed: refusing the peer for now');
    return false;
  }
}
