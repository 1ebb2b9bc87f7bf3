import { expect, test } from 'vitest';
import { FinishedStreams } from '../../src/quic/finished-streams.js';
import type { NativeConnection } from '../../src/quic/native-connection.js';
import { QuicSendStream } from '../../src/quic/send-stream.js';

/** `count` finished one-way streams, and a connection that knows which of them are acknowledged and counts how often it is asked. */
function waiting(count: number) {
  const finished = new FinishedStreams();
  const acknowledged = new Set<number>();
  const over: number[] = [];
  let asked = 0;
  const native = {
    streamFinished: (id: number) => {
      asked++;
      return acknowledged.has(id);
    },
  } as NativeConnection;
  const host = {
    maxCode: 0,
    wantPump: () => {},
    sendOver: (stream: QuicSendStream) => {
      finished.delete(stream);
      over.push(stream.id);
    },
  };
  const ids = Array.from({ length: count }, (_, i) => 4 * i + 2);
  for (const id of ids) finished.add(new QuicSendStream(id, host, 0));
  const notice = () => {
    asked = 0;
    finished.notice(native);
    return asked;
  };
  return { ids, acknowledged, over, notice };
}

test('thousands that wait for their acknowledgement cost little after each datagram', () => {
  const { notice } = waiting(4_096);
  expect(notice()).toBeLessThan(64);
});

test('all that are acknowledged end at once', () => {
  const { ids, acknowledged, over, notice } = waiting(4_096);
  for (const id of ids) acknowledged.add(id);
  notice();
  expect(over).toEqual(ids);
});

test('those whose acknowledgement is lost do not hide the others', () => {
  const { ids, acknowledged, over, notice } = waiting(4_096);
  for (const id of ids.slice(100)) acknowledged.add(id);
  for (let i = 0; i < 3; i++) notice();
  expect(over).toEqual(ids.slice(100));
  for (const id of ids) acknowledged.add(id);
  notice();
  expect(over).toHaveLength(4_096);
});
