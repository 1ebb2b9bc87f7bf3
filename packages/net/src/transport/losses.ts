/** Why a transport has dropped, refused or given up something. */
export type TransportLossReason =
  | 'undecodable' // received, no packet, or for no connection that is known
  | 'excess' // received, its source sent more than could be taken in while others sent as well
  | 'unknown-connection' // received, and answered with a reset: we do not know the connection any more
  | 'busy' // a handshake, too many were under way
  | 'unproven' // a handshake, its client must prove its address first
  | 'wrong-version' // a handshake, its client speaks another version
  | 'refused' // a handshake, nobody wanted it or its token was not valid
  | 'flooder' // a handshake, too many connections from there have ended as floods, or its peers were rejected too often
  | 'flood' // a connection, its peer brought too much that nobody has asked for
  | 'reset' // a connection, its peer does not know it any more
  | 'black-hole' // a datagram size, the path carries it no longer
  | 'bad-request' // a web session, what was asked for is none of ours, or comes from an origin that is not allowed
  | 'no-room'; // a web session, there are too many

/** How often each has happened. */
export type TransportLosses = Readonly<Record<TransportLossReason, number>>;

/** Nothing has happened. What a transport does not count stays 0. */
export const NO_TRANSPORT_LOSSES: TransportLosses = {
  undecodable: 0,
  excess: 0,
  'unknown-connection': 0,
  busy: 0,
  unproven: 0,
  'wrong-version': 0,
  refused: 0,
  flooder: 0,
  flood: 0,
  reset: 0,
  'black-hole': 0,
  'bad-request': 0,
  'no-room': 0,
};
