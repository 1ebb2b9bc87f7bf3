/**
 * Checks of what callers hand in: used by all packages, so that mistakes are reported at the call, and everywhere in the same words.
 *
 * @module
 */
export { isBytes } from '@grapevine/postcard';
export { describe } from './describe.js';
export { type Checks, type Complete, checkOptions, given, unknownName } from './options.js';
export { notTransferred } from './transferred.js';
export {
  aBoolean,
  aDuration,
  aFunction,
  anArrayOf,
  anInteger,
  anObjectWith,
  anything,
  aSignal,
  aString,
  atLeast,
  type Check,
  oneOf,
  someBytes,
} from './values.js';
