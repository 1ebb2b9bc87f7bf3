import type { PartialConfig } from '@grapevine/proto';
import { given } from '@grapevine/proto/check';

/**
 * How often a neighbor is sent a payload that it asks for, within a second. Once: streams lose nothing on the way, and reconciliation finds what is
 * lost with a connection. (The kernel's own default is for any network.)
 */
const GRAFT_ANSWERS = 1;

/** The settings of a node whose links are streams, where the application does not say otherwise. */
export function streamConfig(config: PartialConfig): PartialConfig {
  return { ...config, hardened: { graftAnswers: GRAFT_ANSWERS, ...given(config.hardened ?? {}) } };
}
