import { Gossip } from '@grapevine/api';
import { Router } from '@grapevine/net';
import { apiSuite } from '../../api/test/api-suite.js';
import { conveniencesSuite } from '../../api/test/conveniences-suite.js';
import { readingSuite } from '../../api/test/reading-suite.js';
import type { ServiceUnderTest } from '../../api/test/service-under-test.js';
import { connectRpc, serveRpc } from '../src/index.js';

// The tests of @grapevine/api, with a server and a QUIC connection between the API and the node.

const service: ServiceUnderTest = {
  name: 'a node behind remote control',
  isRemote: true,
  async start(network) {
    const endpoint = network.endpoint();
    const node = Gossip.spawn(endpoint, { dialBackoffMinMs: 20 });
    const router = new Router(endpoint).accept(node.alpn, node).spawn();
    const server = await serveRpc(node, { node: endpoint, onShutdown: () => node.shutdown() });
    const { address, certificate } = server;
    if (!certificate) throw new Error('a server without a list has a certificate');
    const gossip = connectRpc({ address, certificate });
    return {
      endpoint,
      gossip,
      async close() {
        await gossip.close();
        await server.shutdown();
        await router.shutdown();
      },
    };
  },
};

apiSuite(service);
readingSuite(service);
conveniencesSuite(service);
