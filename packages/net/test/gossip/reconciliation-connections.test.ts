import { expect, test } from 'vitest';
import { Connections } from '../../src/gossip/reconciliation/connections.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import type { Connection, PendingLimits } from '../../src/transport/seam.js';
import { systemClock } from '../../src/util/clock.js';

const ALPN = 'histories';

/** Somebody has connected, and what its connection was told to bound is noted. */
async function setup() {
  const network = new MemoryNetwork();
  const [us, them] = [network.endpoint(), network.endpoint()];
  us.setAlpns([ALPN]);
  const incoming = us.accept()[Symbol.asyncIterator]().next();
  const dialing = them.connect(us.addr(), ALPN);
  const accepted = await (await incoming).value.accept();
  await dialing;
  const limits: PendingLimits[] = [];
  const connection: Connection = Object.create(accepted, {
    limitPending: { value: (told: PendingLimits) => void limits.push(told) },
    remoteId: { value: accepted.remoteId },
    side: { value: accepted.side },
    closed: { value: accepted.closed },
    openBi: { value: () => accepted.openBi() },
    acceptBi: { value: () => accepted.acceptBi() },
    acceptUni: { value: () => accepted.acceptUni() },
    close: { value: (code: number, reason?: string) => accepted.close(code, reason) },
  });
  const host = {
    clock: systemClock,
    alpn: ALPN,
    dialTimeoutMs: 1_000,
    maxPeers: 1,
    remoteAddr: () => undefined,
    incoming() {},
  };
  const connections = new Connections(us, host);
  connections.accept(connection);
  return { us, them, connections, connection, limits, bytes: () => limits.map(({ bytes }) => bytes) };
}

test('who has compared nothing with us is bounded, until we begin a session ourselves', async () => {
  const { them, connections, bytes } = await setup();
  expect(bytes()).toEqual([16 * 1_024]);
  await connections.open(them.id);
  expect(bytes()).toEqual([16 * 1_024, Number.POSITIVE_INFINITY]);
  connections.close();
});

test('and makes room for another when there are too many', async () => {
  const { connections, connection } = await setup();
  const another = await setup();
  connections.accept(another.connection);
  expect(await connection.closed).toMatchObject({ type: 'local', reason: 'others need the connection more' });
  connections.close();
  another.connections.close();
});
