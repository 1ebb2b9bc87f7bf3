import type { LossReason } from '../event.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Stats } from '../stats.js';
import type { LostPayload } from './missing-payloads.js';

const REASONS: readonly LossReason[] = ['abandoned', 'unavailable', 'overflow'];

/** Counts payloads that do not come any more, and tells the application how many there are of each reason. */
export function tellLost<P extends PeerId>(
  lost: readonly Pick<LostPayload<P>, 'reason'>[],
  stats: Stats,
  out: Outbox<P>,
): void {
  const counts: Record<LossReason, number> = { abandoned: 0, unavailable: 0, overflow: 0 };
  for (const { reason } of lost) counts[reason]++;
  stats.abandonedPayloads += counts.abandoned;
  stats.unavailablePayloads += counts.unavailable;
  stats.overflowedPayloads += counts.overflow;
  for (const reason of REASONS) if (counts[reason] > 0) out.emit({ type: 'lost', count: counts[reason], reason });
}
