import { anArrayOf } from '@grapevine/proto/check';
import type { ChaCha12Rng } from '../chacha12-rng.js';
import { aFault, aGenerator, aNetwork } from '../checks.js';
import type { Network } from '../network.js';
import { sample } from './chance.js';
import { checkFault } from './check-fault.js';
import { startChurn } from './churn.js';
import type { Fault, FaultPeriod } from './fault.js';
import { FaultyLinks } from './faulty-links.js';
import { startMalice } from './malice.js';

/** Nodes that the faults have chosen. */
export interface InjectedFaults {
  /** Nodes that are malicious now or later. */
  readonly malicious: ReadonlySet<number>;
}

/**
 * Injects faults into a network; their times count from now.
 *
 * @param rng - Decides about the faults. Give them a generator of their own: the network then draws what it would draw
 * without them. {@link faultRng} makes one.
 * @throws RangeError when a fault makes no sense; nothing has changed then.
 *
 * @example
 * ```ts
 * injectFaults(network, [{ type: 'loss', probability: 0.05 }], faultRng(seed));
 * ```
 */
export function injectFaults(network: Network, faults: readonly Fault[], rng: ChaCha12Rng): InjectedFaults {
  aNetwork('network', network);
  anArrayOf('faults', aFault)('faults', faults);
  aGenerator('rng', rng);
  faults.forEach(checkFault);
  const malicious = new Set<number>();
  if (faults.length === 0) return { malicious };
  const start = network.time;
  const links = new FaultyLinks(network, rng);
  network.courier = (from, to, message, latency) => links.carry(from, to, message, latency);

  /** Runs `begin` at the start of a period and `end` at its end. */
  const during = ({ from = 0, until = Number.POSITIVE_INFINITY }: FaultPeriod, begin: () => void, end: () => void) => {
    network.schedule(start + from, begin);
    if (until !== Number.POSITIVE_INFINITY) network.schedule(start + until, end);
  };
  const members = (share: number): number[] => sample(rng, network.members(), share);

  for (const fault of faults) {
    switch (fault.type) {
      case 'loss':
      case 'duplication':
      case 'reordering':
        during(
          fault,
          () => links.disturbances.add(fault),
          () => links.disturbances.delete(fault),
        );
        break;
      case 'slowNodes':
        during(
          fault,
          () => links.slowDown(members(fault.share), fault.delay),
          () => links.slow.clear(),
        );
        break;
      case 'massFailure':
        network.schedule(start + (fault.at ?? 0), () => network.removeAll(members(fault.share), fault.noticeAfter));
        break;
      case 'partition':
        during(
          fault,
          () => links.cutOff(members(fault.share), fault.noticeAfter),
          () => links.heal(),
        );
        break;
      case 'churn':
        startChurn(network, fault, rng);
        break;
      case 'malicious': {
        const peers = sample(
          rng,
          network.members().filter((peer) => !malicious.has(peer)),
          fault.share,
        );
        for (const peer of peers) malicious.add(peer);
        startMalice(network, links, fault, peers, rng);
        break;
      }
      case 'heterogeneous':
        // Nodes are made with these settings: see `runScenario`.
        break;
    }
  }
  return { malicious };
}
