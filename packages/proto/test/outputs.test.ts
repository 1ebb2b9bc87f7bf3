import { expect, test } from 'vitest';
import { type InEvent, type OutEvent, type Outputs, State, seededRng, topicId } from '../src/index.js';

const topic = topicId('17'.repeat(32));

/** Writes down each call as the event that it stands for. */
class Recorder implements Outputs<number> {
  readonly events: OutEvent<number>[] = [];

  sendMessage(...[to, topic, message]: Parameters<Outputs<number>['sendMessage']>): void {
    this.events.push({ type: 'sendMessage', to, topic, message });
  }

  emitEvent(...[topic, event]: Parameters<Outputs<number>['emitEvent']>): void {
    this.events.push({ type: 'emitEvent', topic, event });
  }

  scheduleTimer(...[delay, timer]: Parameters<Outputs<number>['scheduleTimer']>): void {
    this.events.push({ type: 'scheduleTimer', delay, timer });
  }

  disconnectPeer(peer: number): void {
    this.events.push({ type: 'disconnectPeer', peer });
  }

  peerData(...[peer, data]: Parameters<Outputs<number>['peerData']>): void {
    this.events.push({ type: 'peerData', peer, data });
  }

  reconcile(...[topic, peer, reason]: Parameters<Outputs<number>['reconcile']>): void {
    this.events.push({ type: 'reconcile', topic, peer, reason });
  }
}

const data = Uint8Array.of(1);
const events: InEvent<number>[] = [
  { type: 'command', topic, command: { type: 'join', peers: [2] } },
  { type: 'command', topic, command: { type: 'broadcast', content: data, scope: 'swarm' } },
  { type: 'recvMessage', from: 2, topic, message: { type: 'neighbor', priority: 'high', data } },
  { type: 'recvMessage', from: 3, topic, message: { type: 'join', data } },
  { type: 'command', topic, command: { type: 'broadcast', content: Uint8Array.of(2), scope: 'swarm' } },
  { type: 'peerDisconnected', peer: 3 },
  { type: 'command', topic, command: { type: 'quit' } },
  { type: 'recvMessage', from: 4, topic, message: { type: 'neighbor', priority: 'low', data } },
];

test('outputs are handed over one by one, the same ones in the same order as in the list', () => {
  const states = [0, 1].map(() => new State<number>({ me: 1, rng: seededRng(new Uint8Array(16)) }));
  const [listing, handing] = states as [State<number>, State<number>];
  const seen = new Set<string>();
  events.forEach((event, now) => {
    const recorder = new Recorder();
    expect(handing.handle(event, now, recorder)).toEqual([]);
    const list = listing.handle(event, now);
    expect(recorder.events).toEqual(list);
    for (const { type } of list) seen.add(type);
  });
  expect([...seen].sort()).toEqual([
    'disconnectPeer',
    'emitEvent',
    'peerData',
    'reconcile',
    'scheduleTimer',
    'sendMessage',
  ]);
});

test('both ways can be used in turns, and a list is its receiver’s alone', () => {
  const state = new State<number>({ me: 1, rng: seededRng(new Uint8Array(16)) });
  const [join, ...others] = events as [InEvent<number>, ...InEvent<number>[]];
  const list = state.handle(join, 0);
  const copy = [...list];
  for (const event of others) state.handle(event, 1, new Recorder());
  for (const event of others) state.handle(event, 2);
  expect(list).toEqual(copy);
});
