import type { InEvent, Message, MessageId } from '../../src/index.js';
import { idOf, payload, sent, type TestNode, utf8 } from './node.js';
import { TOPIC } from './topic.js';

// What tests of gaps and losses have in common: events and messages about payloads that are named by their text.

export const ids = (...texts: string[]): MessageId[] => texts.map((text) => idOf(utf8(text)));
export const ihave = (...texts: string[]): Message<number> => ({
  type: 'ihave',
  messages: ids(...texts).map((id) => ({ id, round: 1 })),
});
export const unavailable = (from: number, ...texts: string[]): InEvent<number> => ({
  type: 'unavailable',
  topic: TOPIC,
  from,
  ids: ids(...texts),
});
export const recovered = (text: string, { from = 1, round = 3, age = 0 } = {}): InEvent<number> => ({
  type: 'recovered',
  topic: TOPIC,
  from,
  content: utf8(text),
  round,
  age,
});
export const announceCache = (peer: number): InEvent<number> => ({ type: 'announceCache', topic: TOPIC, peer });
export const announced = (outputs: ReturnType<TestNode['handle']>): MessageId[] =>
  sent(outputs).flatMap(({ message }) => (message.type === 'ihave' ? message.messages.map(({ id }) => id) : []));
/** Delivers `count` payloads, one each millisecond. */
export const filled = (node: TestNode, count: number): TestNode => {
  for (let i = 0; i < count; i++) {
    node.receive(1, payload(`m${i}`));
    node.now++;
  }
  return node;
};
