import type { GossipEvent } from '@grapevine/api';

/** What a reader is told about messages that are lost for good. */
export function describeLoss({ missed, reason }: GossipEvent & { readonly type: 'lagged' }): string {
  if (reason === 'away') return 'messages may have been lost while this tab was away';
  return `${missed} ${missed === 1 ? 'message is' : 'messages are'} lost`;
}
