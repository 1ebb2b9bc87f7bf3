import { type TopicId, topicId } from '@grapevine/proto';

/** The one topic of a simulated swarm: 32 zero bytes, as in the Rust simulator. */
export const TOPIC: TopicId = topicId('00'.repeat(32));
