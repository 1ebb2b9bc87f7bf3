/**
 * What somebody who writes a transport needs besides the seam itself: the parts that ours share.
 *
 * @module
 */

export {
  aBoolean,
  aFunction,
  anArrayOf,
  anInteger,
  anObjectWith,
  anything,
  aSignal,
  aString,
  type Check,
  type Checks,
  checkOptions,
  describe,
  given,
  isBytes,
  oneOf,
  someBytes,
} from '@grapevine/proto/check';
export { parseAdvertised } from '../address/advertised.js';
export { aRoomTicket } from '../address/room-ticket.js';
export { isDialable, isLoopback } from '../address/socket-addr.js';
export { withoutPasting } from '../address/ticket.js';
export { ticketKind, wordKind } from '../address/word-kind.js';
export { checkCommand, checkSubscribe } from '../gossip/check-commands.js';
export { GOSSIP_CHECKS } from '../gossip/options.js';
export { AsyncQueue } from '../util/async-queue.js';
export { anAlpn, checkAlpns, someAlpns } from '../util/check-alpns.js';
export { checkConnect } from '../util/check-connect.js';
export { checkInteger } from '../util/check-integer.js';
export {
  aClock,
  aLogger,
  anAddressLookup,
  anEndpoint,
  anEndpointAddr,
  anEndpointId,
  aPeer,
  aSecretKey,
  aTopicId,
} from '../util/checks.js';
export { checkCode, cutReason } from '../util/close-code.js';
export { abortable, type Deferred, deferred } from '../util/deferred.js';
export { onAbort } from '../util/on-abort.js';
export { nextStableId } from '../util/stable-id.js';
export { NO_TRANSPORT_LOSSES } from './losses.js';
