/**
 * What somebody who writes a transport needs besides the seam itself: the parts that ours share.
 *
 * @module
 */
export { isDialable, isLoopback } from '../address/socket-addr.js';
export { AsyncQueue } from '../util/async-queue.js';
export { checkAlpns } from '../util/check-alpns.js';
export { checkInteger } from '../util/check-integer.js';
export { checkCode, cutReason } from '../util/close-code.js';
export { abortable, type Deferred, deferred } from '../util/deferred.js';
export { nextStableId } from '../util/stable-id.js';
