import type { PeerId, TimerTask, TopicId } from '@grapevine/proto';

/** The key by which cases name a timer. To the crate, timers with the same key are the same. */
export function keyOf(topic: TopicId, task: TimerTask<PeerId>): string {
  switch (task.type) {
    case 'neighborRequest':
    case 'announceCache':
      return `${task.type} ${topic} ${task.peer}`;
    case 'sendGraft':
      return `${task.type} ${topic} ${task.id}`;
    case 'shuffle':
    case 'askForMembers':
    case 'refill':
    case 'dispatchLazyPush':
    case 'evictCache':
      return `${task.type} ${topic}`;
  }
}
