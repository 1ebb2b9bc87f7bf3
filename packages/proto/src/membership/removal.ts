import type { DisconnectReason, NeighborDownReason } from '../event.js';

/** Why a peer leaves the active view. */
export type Removal =
  | { readonly type: 'evicted' }
  | { readonly type: 'disconnectReceived'; readonly alive: boolean }
  | { readonly type: 'connectionClosed'; readonly reason: DisconnectReason }
  | { readonly type: 'dismissed' }
  | { readonly type: 'expelled' };

export const EVICTED: Removal = { type: 'evicted' };
export const DISMISSED: Removal = { type: 'dismissed' };
export const EXPELLED: Removal = { type: 'expelled' };

/** What users are told about it. */
export function downReason(removal: Removal): NeighborDownReason {
  switch (removal.type) {
    case 'evicted':
      return 'evicted';
    case 'disconnectReceived':
      // A peer that stays in the swarm has made room for somebody else: the same event, seen from the other end.
      return removal.alive ? 'evicted' : 'left';
    case 'connectionClosed':
      return removal.reason;
    case 'dismissed':
      return 'timeout';
    case 'expelled':
      return 'refused';
  }
}
