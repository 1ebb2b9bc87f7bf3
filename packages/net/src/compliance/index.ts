import { anObjectWith } from '@grapevine/proto/check';
import { closingTests } from './closing.js';
import { dyingTests } from './dying.js';
import { handshakeTests } from './handshake.js';
import { hostileTests } from './hostile.js';
import { limitTests } from './limits.js';
import { livenessTests } from './liveness.js';
import { refusingTests } from './refusing.js';
import type { TestRunner, TransportUnderTest } from './setup.js';
import { streamTests } from './streams.js';

export { type Faults, type FaultySocket, faultySocket } from '../quic/faulty-socket.js';
export type {
  DyingEndpoint,
  EndpointRequest,
  HostileDialers,
  MortalDialer,
  TestRunner,
  TransportUnderTest,
} from './setup.js';

/**
 * Registers the tests that every transport passes.
 *
 * @example
 * ```ts
 * import { transportCompliance } from '@grapevine/net/compliance';
 * import { describe, test } from 'vitest';
 *
 * transportCompliance({ describe, test, skip: (name, reason) => test.skip(`${name}: ${reason}`) }, myTransport);
 * ```
 */
export function transportCompliance(runner: TestRunner, transport: TransportUnderTest): void {
  anObjectWith('a TestRunner', 'describe', 'test', 'skip')('runner', runner);
  anObjectWith('a TransportUnderTest')('transport', transport);
  const test: TestRunner['test'] = (name, body) => {
    const reason = transport.skip?.[name];
    if (reason === undefined) runner.test(name, body);
    else runner.skip(name, reason);
  };
  runner.describe(`${transport.name} complies with the transport seam`, () => {
    handshakeTests(transport, test);
    streamTests(transport, test);
    closingTests(transport, test);
    limitTests(transport, test);
    livenessTests(transport, test);
    if (transport.refusesHosts) refusingTests(transport, test);
    else runner.skip('hosts that are refused', 'this transport cannot refuse them; gossip closes their connections');
    if ('skip' in transport.dyingEndpoint) runner.skip('a socket that dies', transport.dyingEndpoint.skip);
    else dyingTests(transport, transport.dyingEndpoint, test);
    if ('skip' in transport.hostile) runner.skip('attacks below the seam', transport.hostile.skip);
    else hostileTests(transport, transport.hostile, test);
    if ('skip' in transport.ipv6) runner.skip('IPv6 loopback', transport.ipv6.skip);
  });
}
