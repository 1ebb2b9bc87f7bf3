import type { TopicId } from '@grapevine/proto';
import {
  aBoolean,
  anArrayOf,
  anInteger,
  aString,
  type Check,
  type Checks,
  checkOptions,
  notTransferred,
  oneOf,
  someBytes,
  unknownName,
} from '@grapevine/proto/check';
import { aPeer, aTopicId } from '../util/checks.js';
import type { SubscribeOptions, TopicCommand } from './service.js';

const somePeers: Check = anArrayOf('peers', aPeer);

const SUBSCRIBE: Checks<SubscribeOptions> = {
  bootstrap: somePeers,
  queueCapacity: anInteger(1),
  echo: aBoolean,
};

const aScope = oneOf('swarm', 'neighbors');
const whatWhenAlone = oneOf('keep', 'reject');

/** What a subscriber hands in, before anything is done. @throws TypeError, RangeError that name it */
export function checkSubscribe(topic: TopicId, options: SubscribeOptions): void {
  aTopicId('topic', topic);
  checkOptions('subscribe', options, SUBSCRIBE);
}

/** What a subscriber asks for, before anything is done. @throws TypeError, RangeError that name what is wrong */
export function checkCommand(command: TopicCommand): void {
  CHECK: aString('command.type', command?.type);
  switch (command.type) {
    case 'joinPeers':
      return somePeers('peers', command.peers);
    case 'broadcast':
      someBytes('content', command.content);
      CHECK: notTransferred('content', command.content);
      aScope('scope', command.scope);
      return whatWhenAlone('whenAlone', command.whenAlone);
    default:
      throw unknownName('there is no command', String((command satisfies never as { type?: unknown }).type), [
        'broadcast',
        'joinPeers',
      ]);
  }
}
