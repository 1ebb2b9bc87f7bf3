// @ts-check
// Bare nodes on the QUIC binding in one process, along a binary tree. The argument has a load (see load.mjs). Prints figures as JSON.
import { answer, programOptions } from '../lib/program.mjs';
import { BareQuic } from './bare-quic.mjs';
import { meter } from './load.mjs';

/** @type {{ identity: import('./bare-quic.mjs').Identity, load: import('./load.mjs').Load }} */
const { identity, load } = programOptions();
const { receive, measure } = meter();
/** @type {BareQuic[]} */
const nodes = [];
for (let i = 0; i < load.nodes; i++) {
  const node = new BareQuic(identity, receive);
  await node.bind();
  node.expect(load.bytes);
  if (i > 0) await node.dial(/** @type {BareQuic} */ (nodes[(i - 1) >> 1]).port);
  nodes.push(node);
}

answer(
  await measure(
    {
      publish: (content) => /** @type {BareQuic} */ (nodes[0]).publish(content),
      packets: () => nodes.reduce((sum, node) => sum + node.datagrams, 0),
    },
    load,
  ),
);
