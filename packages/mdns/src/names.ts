import { type EndpointId, encodeBase32 } from '@grapevine/net';
import { defaultHash, type TopicId } from '@grapevine/proto';

/** The service type of all our nodes (RFC 6763, section 7). */
const SERVICE = '_grapevine._udp.local';

const TAG_BYTES = 16;
const TAG_CONTEXT = 'grapevine mdns topic 1:';

/**
 * The subtype under which the members of a topic are found (RFC 6763, section 7.1). A hash, so that the network hears which nodes
 * are in a topic together, and not in which one.
 */
export function topicService(topic: TopicId): string {
  const tag = defaultHash(new TextEncoder().encode(TAG_CONTEXT + topic)).subarray(0, TAG_BYTES);
  return `_${encodeBase32(tag)}._sub.${SERVICE}`;
}

/** A node's name. The id in base32: in hex it would be one character longer than a label of DNS may be. */
export function instanceName(id: EndpointId): string {
  return `${encodeBase32(Buffer.from(id, 'hex'))}.${SERVICE}`;
}
