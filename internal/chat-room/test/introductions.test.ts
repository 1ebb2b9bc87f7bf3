import { SecretKey } from '@grapevine/net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AuthoredMessage, Introductions, Names } from '../src/index.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;
/** A question and its answer, each half a second late at most, and what they take to arrive. */
const ANSWERED_MS = 2_000;

/** A room in which everybody hears everybody, 100 ms later. */
class TestRoom {
  readonly members: Member[] = [];
  introductions = 0;

  enter(name: string, id = SecretKey.generate().id): Member {
    const member = new Member(this, name, id);
    this.members.push(member);
    return member;
  }

  send(message: AuthoredMessage): void {
    if (message.message.type === 'aboutMe') this.introductions++;
    for (const member of this.members) if (member.id !== message.from) setTimeout(() => member.receive(message), 100);
  }
}

class Member {
  readonly names = new Names();
  readonly #introductions = new Introductions(this.names, () => this.introduce());
  readonly #room: TestRoom;

  constructor(
    room: TestRoom,
    readonly name: string,
    readonly id: AuthoredMessage['from'],
  ) {
    this.#room = room;
  }

  introduce(): void {
    this.#introductions.said();
    this.#room.send({ from: this.id, message: { type: 'aboutMe', name: this.name } });
  }

  leave(): void {
    this.#introductions.close();
  }

  say(text: string): void {
    this.#room.send({ from: this.id, message: { type: 'message', text } });
  }

  receive(message: AuthoredMessage): void {
    this.#introductions.heard(message);
    if (message.message.type === 'aboutMe') this.names.set(message.from, message.message.name);
  }

  knows(): string[] {
    return this.#room.members.filter(({ id }) => id !== this.id).map(({ id }) => this.names.get(id));
  }
}

/** Three that know each other, and have been silent for a while. */
async function threeMembers() {
  const room = new TestRoom();
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => room.enter(name)) as [Member, Member, Member];
  for (const member of room.members) member.introduce();
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(carol.knows()).toEqual(['alice', 'bob']);
  return { room, alice, bob, carol };
}

test('a member that comes back under its key before anybody noticed learns the names by introducing itself', async () => {
  const { room, carol } = await threeMembers();
  room.members.pop();
  const again = room.enter('carol', carol.id);
  again.introduce();
  await vi.advanceTimersByTimeAsync(ANSWERED_MS);
  expect(again.knows()).toEqual(['alice', 'bob']);
});

test('one that did not introduce itself asks when somebody speaks whose name it lacks', async () => {
  const { room, alice, carol } = await threeMembers();
  room.members.pop();
  const again = room.enter('carol', carol.id);
  alice.say('hello');
  await vi.advanceTimersByTimeAsync(ANSWERED_MS);
  expect(again.knows()).toEqual(['alice', 'bob']);
});

test('one that comes back right after the others have said their names learns them with the next line, within seconds', async () => {
  const { room, alice, bob, carol } = await threeMembers();
  for (const member of [alice, bob]) member.introduce();
  await vi.advanceTimersByTimeAsync(1_000);
  room.members.pop();
  const again = room.enter('carol', carol.id);
  again.introduce();
  alice.say('hello');
  await vi.advanceTimersByTimeAsync(5_000 + ANSWERED_MS);
  expect(again.knows()).toEqual(['alice', 'bob']);
});

test('answers come to an end: each member says its name once for a newcomer, and nobody in an hour of silence', async () => {
  const { room } = await threeMembers();
  room.introductions = 0;
  room.enter('dave').introduce();
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(room.introductions).toBe(4);
});

test('somebody without a name who speaks and speaks is asked once', async () => {
  const { room } = await threeMembers();
  room.introductions = 0;
  const from = SecretKey.generate().id;
  for (let i = 0; i < 100; i++) {
    room.send({ from, message: { type: 'message', text: `${i}` } });
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(room.introductions).toBe(3);
});

test('a member that has left says nothing more, whatever still comes in', async () => {
  const { room, alice } = await threeMembers();
  room.introductions = 0;
  const from = SecretKey.generate().id;
  alice.receive({ from, message: { type: 'message', text: 'before' } });
  alice.leave();
  alice.receive({ from, message: { type: 'aboutMe', name: 'late' } });
  expect(vi.getTimerCount()).toBe(0);
});

test('strangers without end make a member say its name once in five seconds', async () => {
  const { room } = await threeMembers();
  room.introductions = 0;
  for (let i = 0; i < 200; i++) {
    room.send({ from: SecretKey.generate().id, message: { type: 'aboutMe', name: `${i}` } });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(room.introductions - 200).toBeLessThanOrEqual(3 * 4);
  expect(room.introductions - 200).toBeGreaterThan(3);
});
