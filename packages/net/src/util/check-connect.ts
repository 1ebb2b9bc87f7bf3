import { aSignal, type Checks, checkOptions } from '@grapevine/proto/check';
import type { ConnectOptions } from '../transport/seam.js';
import { aPeer } from './checks.js';

const CHECKS: Checks<ConnectOptions> = { signal: aSignal };

/** Whom to dial and how, before anything is done. @throws TypeError, RangeError that name what is wrong */
export function checkConnect(to: unknown, options: ConnectOptions): void {
  aPeer('the peer to connect to', to);
  checkOptions('connect', options, CHECKS);
}
