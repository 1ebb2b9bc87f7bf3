// @ts-check
// From this call on all nodes of this process flood, as the rule `flood` of `grapevine-sim latency` does (packages/sim/src/load/flood-node.ts): each payload goes
// to all active neighbors but the one that it came from, over the overlay of the hardened mode. Nothing can be sooner on the same links.
import { defaultHash, messageIdFromBytes, State } from '@grapevine/proto';

/** @typedef {ReturnType<State<string>['handle']>[number]} OutEvent */
/** @typedef {Parameters<State<string>['handle']>[0]} InEvent */
/** @typedef {Extract<OutEvent, { type: 'sendMessage' }>} Send */
/** @typedef {Extract<Send['message'], { type: 'gossip' }>} GossipMessage */

export function flood() {
  /** What each node has seen. @type {WeakMap<State<string>, Set<string>>} */
  const seenBy = new WeakMap();
  const { handle } = State.prototype;
  State.prototype.handle = /** @type {any} */ (
    /** @this {State<string>} @param {InEvent} event @param {number} now @returns {OutEvent[]} */
    function (event, now) {
      if (event.type === 'command' && event.command.type === 'broadcast') {
        const { content } = event.command;
        const id = messageIdFromBytes(defaultHash(content));
        isNew(this, id);
        return push(this, event.topic, { type: 'gossip', id, content, scope: { type: 'swarm', round: 0 } });
      }
      if (event.type !== 'recvMessage' || event.message.type !== 'gossip')
        return handle.call(this, /** @type {any} */ (event), now);
      const { from, topic, message } = event;
      const { content, scope } = message;
      if (!isNew(this, message.id)) return [];
      const round = scope.type === 'swarm' ? scope.round + 1 : 0;
      const outputs = push(this, topic, { ...message, scope: { type: 'swarm', round } }, from);
      outputs.push({ type: 'emitEvent', topic, event: { type: 'received', content, deliveredFrom: from, scope } });
      return outputs;
    }
  );

  /** Notes that a node has seen a payload. @param {State<string>} node @param {string} id */
  function isNew(node, id) {
    const seen = seenBy.get(node) ?? new Set();
    seenBy.set(node, seen);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  }

  /** @param {State<string>} node @param {Send['topic']} topic @param {GossipMessage} message @param {string} [except] @returns {OutEvent[]} */
  function push(node, topic, message, except) {
    return node
      .neighbors(topic)
      .filter((peer) => peer !== except)
      .map((to) => ({ type: 'sendMessage', to, topic, message }));
  }
}
