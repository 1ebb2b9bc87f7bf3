import { encodeAddrInfo } from '@grapevine/net';
import type { Attack } from '../attack.js';
import { inventedId, message } from '../raw-peer.js';

/** Has the target dial silent third parties (X2). */
export function hearsayFlood(who: 'stranger' | 'neighbor'): Attack {
  return {
    name: `hearsay-${who}`,
    what: `a ${who} names peers at silent addresses`,
    async run(field) {
      const hosts = await field.silentHosts(4);
      const data = encodeAddrInfo(hosts);
      const peer = await field.connect();
      const stream = await peer.stream(field.topic);
      if (who === 'neighbor') stream.write(message({ type: 'join', data: undefined }));
      for (let i = 0; !field.signal.aborted; i++) {
        const id = inventedId(i);
        const isOpen = await peer.write(
          stream,
          i % 2 === 0
            ? message({ type: 'forwardJoin', peer: { id, data }, ttl: 0 })
            : message({ type: 'shuffle', origin: id, nodes: [{ id, data }], ttl: 0 }),
        );
        if (!isOpen) return;
        if (i % 50 === 0) await field.pause(50); // a thousand a second
      }
    },
  };
}
