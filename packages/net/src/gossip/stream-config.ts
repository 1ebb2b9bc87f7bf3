import type { PartialConfig } from '@grapevine/proto';
import { given } from '@grapevine/proto/check';

/**
 * How often a neighbor is sent a payload that it asks for, within a second. Once: streams lose nothing on the way, and what goes down with a
 * connection is found when histories are compared. (The kernel's own default is for any network.)
 */
const GRAFT_ANSWERS = 1;

/** The settings of a node whose links are streams, as far as the application says nothing else. */
export function streamConfig(config: PartialConfig): PartialConfig {
  return { ...config, hardened: { graftAnswers: GRAFT_ANSWERS, ...given(config.hardened ?? {}) } };
}
