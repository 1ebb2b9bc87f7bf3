import { topicId } from '../../src/index.js';

export const TOPIC = topicId('17'.repeat(32));
export const OTHER_TOPIC = topicId('18'.repeat(32));
