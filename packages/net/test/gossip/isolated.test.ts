import { afterEach, expect, test } from 'vitest';
import type { EndpointAddr } from '../../src/address/endpoint-addr.js';
import { GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { type Listener, type Member, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const MINUTE = 60_000;
/** More than a topic remembers of its former neighbors. */
const VISITORS = 66;

/** Whom a node dials for gossip from now on, by moment. */
function dialsOf({ endpoint }: Member): Map<number, EndpointId[]> {
  const rounds = new Map<number, EndpointId[]>();
  const connect = endpoint.connect.bind(endpoint);
  endpoint.connect = (peer: EndpointAddr | EndpointId, alpn, options) => {
    const at = swarm.clock.now();
    if (alpn === GOSSIP_ALPN) rounds.set(at, (rounds.get(at) ?? []).concat(typeof peer === 'string' ? peer : peer.id));
    return connect(peer, alpn, options);
  };
  return rounds;
}

test.each([1, 3])(
  'a node without neighbors asks one of its %i bootstrap peers in every round, however many former neighbors it knows',
  async (count) => {
    swarm = new TestSwarm({}, { handshakeTimeoutMs: 300, idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const bootstrap: Listener[] = [];
    const keys = Array.from({ length: count }, (_, i) => SecretKey.fromBytes(new Uint8Array(32).fill(100 + i)));
    for (const secretKey of keys)
      bootstrap.push(await swarm.listen(swarm.add({}, { secretKey }), bootstrap.slice(0, 1)));
    const node = await swarm.listen(swarm.add(), bootstrap);
    await clock.until(() => node.session.neighbors().length === count);
    for (const { endpoint } of bootstrap) network.crash(endpoint);
    await clock.until(() => node.session.neighbors().length === 0, MINUTE, 100);
    for (let i = 0; i < VISITORS; i++) {
      const visitor = await swarm.listen(swarm.add({ shareAddresses: false }), [node]);
      await clock.until(() => node.session.neighbors().includes(visitor.endpoint.id));
      network.crash(visitor.endpoint);
    }
    await clock.until(() => node.session.neighbors().length === 0, MINUTE, 100);
    await clock.advance(5 * MINUTE); // then neighbors that were lost are no longer asked each by itself

    const named = bootstrap.map(({ endpoint }) => endpoint.id);
    const dials = dialsOf(node);
    await clock.advance(15 * MINUTE);
    // Several at once are a round: the protocol tries peers of its passive view, too, one by one.
    const rounds = [...dials].filter(([, asked]) => asked.length > 1);
    expect(rounds.length).toBeGreaterThan(50);
    let latest = rounds[0]?.[0] ?? 0;
    for (const [at, asked] of rounds) {
      if (asked.some((peer) => named.includes(peer))) latest = at;
      // At most every ten seconds: a dial that fails takes 300 ms.
      expect(at - latest).toBeLessThanOrEqual(10_300);
    }
    expect(new Set([...dials.values()].flat()).size).toBe(count + 64);

    const last = bootstrap.at(-1) as Listener;
    const { socketAddr } = last.endpoint;
    const back = await swarm.listen(swarm.add({}, { secretKey: keys.at(-1), socketAddr }));
    await clock.until(() => node.session.neighbors().includes(back.endpoint.id), MINUTE);
    await say(node, 'still here');
    await clock.advance(1_000);
    expect(texts(back)).toEqual(['still here']);
  },
);
