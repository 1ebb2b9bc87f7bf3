import { readFileSync } from 'node:fs';
import { Names, signMessage, verifyMessage } from '@grapevine/chat-room';
import { parseSocketAddr, SecretKey } from '@grapevine/net';
import { topicId } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import { formatChatTicket, parseChatTicket } from '../src/ticket.js';

const vectorFile = new URL('../../../packages/postcard/test/vectors.json', import.meta.url);
const vectors = new Map(
  (JSON.parse(readFileSync(vectorFile, 'utf8')) as [string, string][]).map(([name, hex]) => [name.split(' ')[0], hex]),
);
const key = SecretKey.fromBytes(new Uint8Array(32).fill(1));
const topic = topicId('17'.repeat(32));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('tickets of the Rust example', () => {
  const t2 = {
    topic,
    peers: [
      {
        id: key.id,
        addrs: [
          { type: 'relay', url: 'https://example.com/' },
          { type: 'ip', addr: parseSocketAddr('192.168.1.10:4433') },
        ],
      },
    ],
  } as const;
  const text =
    'c4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lqdcui4poxicprsx6vfwznhs5f24wkm4e36hmucin7g5eiag2a6324aiabi2duoryhgorpf5sxqylnobwgkltdn5ws6aiaycuaccwrei';

  test('T2 is written and read, in either case', () => {
    expect(formatChatTicket(t2)).toBe(text);
    expect(parseChatTicket(text)).toEqual(t2);
    expect(parseChatTicket(` ${text.toUpperCase()}\n`)).toEqual(t2);
  });

  test('T3, without peers', () => {
    expect(formatChatTicket({ topic, peers: [] })).toBe('c4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lrofyxc4lqa');
  });

  test.each(['', 'a', text.slice(0, -16), '!!!!', text.replace('c4lq', 'c4l0')])('%j is refused', (bad) => {
    expect(() => parseChatTicket(bad)).toThrow('not a valid chat ticket');
  });
});

describe('messages of the Rust example', () => {
  test.each([
    ['C3', { type: 'aboutMe', name: 'alice' }],
    ['C4', { type: 'message', text: 'hello\n' }],
  ] as const)('%s is written and read', async (name, message) => {
    expect(hex(await signMessage(key, message))).toBe(vectors.get(name));
    expect(await verifyMessage(Buffer.from(vectors.get(name) ?? '', 'hex'))).toEqual({ from: key.id, message });
  });

  test('bytes behind a message are ignored, a changed one is not believed', async () => {
    const signed = await signMessage(key, { type: 'message', text: 'hello\n' });
    expect((await verifyMessage(Buffer.concat([signed, Buffer.from('nonce')]))).from).toBe(key.id);
    for (const at of [33, 40, 80, signed.length - 1]) {
      const forged = Uint8Array.from(signed, (byte, i) => (i === at ? byte ^ 1 : byte));
      await expect(verifyMessage(forged)).rejects.toThrow();
    }
    await expect(verifyMessage(signed.subarray(0, 50))).rejects.toThrow();
  });
});

test('names cannot steer the terminal', () => {
  const names = new Names();
  names.set(key.id, '\x1b[2Jboo\u202e\n');
  expect(names.get(key.id)).toBe('\ufffd[2Jboo\ufffd');
});

test('names are bounded', () => {
  const names = new Names(2);
  const ids = [1, 2, 3].map((seed) => SecretKey.fromBytes(new Uint8Array(32).fill(seed)).id);
  for (const [i, id] of ids.entries()) names.set(id, `name ${i}`);
  expect(ids.map((id) => names.get(id))).toEqual([ids[0]?.slice(0, 10), 'name 1', 'name 2']);
});
