import { afterEach, describe, expect, test } from 'vitest';
import { SecretKey } from '../../src/identity/secret-key.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const KEY = SecretKey.fromBytes(new Uint8Array(32).fill(0x66));
const downs = ({ events }: Listener) => events.filter(({ type }) => type === 'neighborDown');

describe('a peer that is killed and back with its key before anybody noticed', () => {
  test('gets what was said meanwhile', async () => {
    swarm = new TestSwarm();
    const stays = await swarm.listen(swarm.add());
    const first = await swarm.listen(swarm.add({}, { secretKey: KEY }), [stays]);
    await swarm.clock.until(() => first.session.neighbors().length === 1);
    swarm.network.crash(first.endpoint);
    for (let i = 0; i < 8; i++) {
      await say(stays, `gap ${i}`);
      await swarm.clock.advance(500);
    }
    const back = await swarm.listen(swarm.add({}, { secretKey: KEY, socketAddr: first.endpoint.socketAddr }), [stays]);
    await swarm.clock.advance(5_000);
    expect(texts(back)).toEqual(Array.from({ length: 8 }, (_, i) => `gap ${i}`));
    expect(downs(stays)).toEqual([]);
    expect((await stays.node.snapshot()).peers).toMatchObject([{ id: KEY.id, state: 'connected' }]);
  });
});

test('a connection that ends while another one is left takes nothing with it', async () => {
  swarm = new TestSwarm();
  const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
  // A second connection of the same pair, as after crossing dials. Then the first dies.
  const second = b.endpoint.connect(a.endpoint.addr(), b.node.alpn);
  await swarm.clock.advance(50);
  b.node.accept(await second);
  await swarm.clock.advance(50);
  await say(a, 'on its way');
  (await second).close(5, 'cut');
  await swarm.clock.advance(10_000);
  expect(texts(b)).toEqual(['on its way']);
});
