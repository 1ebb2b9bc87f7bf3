import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import { Task } from './task.js';

/** The tasks of a node, by neighbor and topic. */
export class TaskTable {
  readonly #tasks = new Map<string, Task>();

  find(topic: TopicId, peer: EndpointId): Task | undefined {
    return this.#tasks.get(key(topic, peer));
  }

  /** The task for a neighbor in a topic; a new one where there is none. */
  at(topic: TopicId, peer: EndpointId): Task {
    const known = this.find(topic, peer);
    if (known) return known;
    const task = new Task(topic, peer);
    this.#tasks.set(key(topic, peer), task);
    return task;
  }

  /** A copy. */
  all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  /** Forgets a task when there is nothing left to do. */
  tidy(task: Task): void {
    if (task.idle) this.#tasks.delete(key(task.topic, task.peer));
  }
}

function key(topic: TopicId, peer: EndpointId): string {
  return `${topic} ${peer}`;
}
