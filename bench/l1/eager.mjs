// @ts-check
// Makes all nodes of this process send a payload instead of its announcement, as a rule "small payloads go to every neighbor" would.
import { State } from '@grapevine/proto';

/** @typedef {ReturnType<State<string>['handle']>[number]} OutEvent */

export function sendInsteadOfAnnouncing() {
  /** @type {Map<string, Extract<OutEvent, { type: 'sendMessage' }>['message']>} */
  const payloads = new Map();
  const { handle } = State.prototype;
  State.prototype.handle = function (event, now) {
    const outputs = /** @type {OutEvent[]} */ (handle.call(this, event, now));
    if (event.type === 'recvMessage' && event.message.type === 'gossip') remember(event.message);
    return /** @type {any} */ (
      outputs.flatMap((output) => {
        if (output.type !== 'sendMessage') return [output];
        const { message } = output;
        if (message.type === 'gossip') remember(message);
        if (message.type !== 'ihave') return [output];
        return message.messages.flatMap(({ id }) => {
          const payload = payloads.get(id);
          return payload === undefined ? [] : [{ ...output, message: payload }];
        });
      })
    );
  };

  /** Keeps the first copy. Copies differ in their rounds, which do not matter here. @param {Extract<OutEvent, { type: 'sendMessage' }>['message']} message */
  function remember(message) {
    if (message.type === 'gossip' && !payloads.has(message.id)) payloads.set(message.id, message);
  }
}
