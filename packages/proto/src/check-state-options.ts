import { aFunction, type Check, describe, someBytes } from './check/index.js';
import { checkKnown } from './check-known.js';
import type { PeerId } from './peer-id.js';
import type { StateOptions } from './state-options.js';

const aPeerId: Check = (name, value) => {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new TypeError(`${name} must be a string or a number, got ${describe(value)}`);
  }
};

const anRng: Check = (name, value) => {
  if (typeof Object(value).fork !== 'function') throw new TypeError(`${name} must be an Rng, got ${describe(value)}`);
};

/** `resolveConfig` looks at the config. */
const CHECKS: { readonly [K in keyof StateOptions<PeerId>]-?: Check | undefined } = {
  me: aPeerId,
  rng: anRng,
  peerData: someBytes,
  config: undefined,
  isPeer: aFunction,
  isHub: aFunction,
  hash: aFunction,
};

/** Refuses options that a kernel can't be made with. @throws TypeError that names the option, or the one that was probably meant */
export function checkStateOptions<P extends PeerId>(options: StateOptions<P>): void {
  checkKnown('the options of a kernel', options ?? null, CHECKS);
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = options[name as keyof StateOptions<P>];
    if (value !== undefined || name === 'me' || name === 'rng') check?.(name, value);
  }
}
