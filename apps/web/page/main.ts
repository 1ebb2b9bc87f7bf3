import { type AuthoredMessage, Names } from '@grapevine/chat-room';
import { type EndpointId, MessageTooLargeError } from '@grapevine/net';
import { hasWebTransport } from '@grapevine/web';
import { Room } from './room.js';
import { View } from './view.js';

/** Where this browser keeps the name; it is no secret, unlike the key. */
const NAME = 'grapevine chat name';

const view = new View();
const names = new Names();
const members = new Set<EndpointId>();

let name = localStorage.getItem(NAME) ?? '';
view.name = name;

function showMembers(me: EndpointId): void {
  view.members([...members].map((id) => (id === me ? `${names.get(id)} (you)` : names.get(id))));
}

/** @returns whether we had not heard of its author before */
function said({ from, message }: AuthoredMessage, me: EndpointId): boolean {
  const isNew = !members.has(from);
  members.add(from);
  switch (message.type) {
    case 'aboutMe': {
      const before = names.get(from);
      names.set(from, message.name);
      view.renamed(from, names.get(from));
      if (names.get(from) !== before && from !== me) view.notice(`${before} is now known as ${names.get(from)}`);
      break;
    }
    case 'message':
      view.message(from, names.get(from), message.text.replace(/\r?\n$/, ''), from === me);
      break;
  }
  showMembers(me);
  return isNew;
}

async function start(): Promise<void> {
  if (!hasWebTransport()) {
    return view.status(
      'failed',
      'this browser has no WebTransport: try a current Chromium, Firefox or Edge, over https: or http://localhost',
    );
  }
  view.status('starting', 'looking for the hubs …');
  let room: Room | undefined;
  const introduce = () => {
    if (name !== '') void room?.send({ type: 'aboutMe', name });
  };
  const introduceSoon = seldom(introduce);
  room = await Room.enter({
    said: (message) => {
      if (room && said(message, room.me)) introduceSoon(); // a newcomer has missed our name
    },
    connected: (neighbors) => {
      if (neighbors > 0) view.status('connected', `connected to ${neighbors} ${neighbors === 1 ? 'peer' : 'peers'}`);
      else view.status('alone', 'not connected: looking for the hubs; what you write is kept until then');
      if (neighbors > 0) introduce();
    },
    lost: (count) => view.notice(`${count} ${count === 1 ? 'message is' : 'messages are'} lost`),
  });
  const { me, send } = { me: room.me, send: room.send.bind(room) };
  names.set(me, name === '' ? names.get(me) : name);
  members.add(me);
  showMembers(me);
  view.onLine((line) => {
    send({ type: 'message', text: `${line}\n` }).then(
      () => view.message(me, names.get(me), line, true),
      (error: unknown) => view.notice(`not sent: ${reasonOf(error)}`),
    );
  });
  view.onName((chosen) => {
    name = chosen;
    localStorage.setItem(NAME, chosen);
    if (chosen !== '') names.set(me, chosen);
    view.renamed(me, names.get(me));
    showMembers(me);
    introduce();
  });
  view.open();
}

/** Calls back some time after it was asked for, once for all who ask meanwhile. */
function seldom(callback: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      callback();
    }, 500 * Math.random());
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof MessageTooLargeError) return `it has ${error.length} bytes, there is room for ${error.limit}`;
  return error instanceof Error ? error.message : String(error);
}

start().catch((error: unknown) => view.status('failed', `this page cannot join: ${reasonOf(error)}`));
