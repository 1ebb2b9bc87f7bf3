import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNode, useProcesses } from './support/process-node.js';
import { TwoHosts } from './support/two-hosts.js';

// Other tests drop the datagrams of sockets. Here the operating system cuts and narrows a cable between two hosts.

const IDLE_MS = 5_000;
const processes = useProcesses();
const whyNot = TwoHosts.whyNot();
if (whyNot) console.log(`no test with two hosts: ${whyNot}`);

describe.skipIf(whyNot)('two hosts and a cable', () => {
  let hosts: TwoHosts;
  beforeEach(() => {
    hosts = new TwoHosts();
  });
  afterEach(() => hosts.close());

  async function start(ledger: Ledger): Promise<[ProcessNode, ProcessNode]> {
    const member = (host: 0 | 1) =>
      processes.start(ledger, {
        name: `on host ${host}`,
        prefix: hosts.on(host),
        bind: `${hosts.addresses[host]}:0`,
        idleTimeoutMs: IDLE_MS,
      });
    const [here, there] = await Promise.all([member(0), member(1)]);
    await here.join();
    await there.join(here.ticket);
    await there.untilJoined();
    await there.untilReceived(await here.publish());
    return [here, there];
  }

  test('the cable is out for longer than the idle time-out: nothing of what was said meanwhile is lost', async () => {
    const ledger = new Ledger();
    const [here, there] = await start(ledger);
    hosts.plug('down');
    const saying = Promise.all([here, there].map((member) => member.publish(200, { pauseMs: 40 })));
    await setTimeout(2 * IDLE_MS);
    await saying;
    expect(here.membership.at(-1)).toMatchObject({ event: 'neighborDown', reason: 'timeout' });
    hosts.plug('up');
    const began = performance.now();
    expect(await ledger.imbalances(30_000)).toEqual([]);
    expect(ledger.told()).toEqual({});
    report({
      row: 'row 2',
      figure: '400 messages of a pulled cable were there after',
      value: (performance.now() - began) / 1_000,
      unit: 's',
    });
  });

  test('the cable carries 1 Mbit a second and drops what is too much: a burst of 2 MB arrives', async () => {
    const ledger = new Ledger();
    hosts.narrow(1_000, 100);
    const [here] = await start(ledger);
    const began = performance.now();
    await here.publish(500, { size: 4_000, timeoutMs: 60_000 });
    expect(await ledger.imbalances(60_000)).toEqual([]);
    expect(ledger.told()).toEqual({});
    const seconds = (performance.now() - began) / 1_000;
    report({ row: 'row 2', figure: '2 MB over 1 Mbit a second', value: seconds, unit: 's' });
  });
});
