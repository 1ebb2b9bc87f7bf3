import { type AuthoredMessage, Introductions, Names } from '@grapevine/chat-room';
import { type EndpointId, MessageTooLargeError } from '@grapevine/net';
import { hasWebTransport } from '@grapevine/web';
import { Members } from './members.js';
import { Room } from './room.js';
import { View } from './view.js';

/** Where this browser keeps the name. Unlike the key, it is no secret. */
const NAME = 'grapevine chat name';

/** A tab that has been silent for so many milliseconds says its name, which also asks who is here. */
const ASK_MS = 3 * 60_000;

const view = new View();
const names = new Names();
const members = new Members((id) => view.gone(id));

let name = localStorage.getItem(NAME) ?? '';
view.name = name;

function showMember(id: EndpointId, me: EndpointId): void {
  view.member(id, id === me ? `${names.get(id)} (you)` : names.get(id));
}

function said({ from, message }: AuthoredMessage, me: EndpointId): void {
  switch (message.type) {
    case 'aboutMe': {
      const before = names.get(from);
      names.set(from, message.name);
      if (names.get(from) === before) break;
      view.renamed(from, names.get(from));
      if (from !== me) view.notice(`${before} is now known as ${names.get(from)}`);
      break;
    }
    case 'message':
      view.message(from, names.get(from), message.text.replace(/\r?\n$/, ''), from === me);
      break;
  }
  if (from !== me) members.heard(from);
  showMember(from, me);
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
  let isAlone = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const introduce = () => {
    introductions.said();
    clearTimeout(timer);
    timer = setTimeout(ask, ASK_MS);
    if (room) void room.send({ type: 'aboutMe', name: names.get(room.me) });
  };
  const ask = () => {
    members.review();
    if (!isAlone) introduce(); // when alone, the next neighbor is awaited
  };
  const introductions = new Introductions(names, introduce);
  room = await Room.enter({
    said: (message) => {
      introductions.heard(message);
      if (room) said(message, room.me);
    },
    connected: (neighbors) => {
      isAlone = neighbors === 0;
      if (isAlone) view.status('alone', 'not connected: looking for the hubs; what you write is kept until then');
      else view.status('connected', `connected to ${neighbors} ${neighbors === 1 ? 'peer' : 'peers'}`);
      if (!isAlone) introduce();
    },
    lost: (what) => view.notice(what),
  });
  const { me, send } = { me: room.me, send: room.send.bind(room) };
  if (name !== '') names.set(me, name);
  showMember(me, me);
  view.onLine((line) => {
    send({ type: 'message', text: `${line}\n` }).then(
      () => view.message(me, names.get(me), line, true),
      (error: unknown) => {
        view.giveBack(line);
        view.notice(`not sent: ${reasonOf(error, line)}`);
      },
    );
  });
  view.onName((chosen) => {
    name = chosen;
    localStorage.setItem(NAME, chosen);
    if (chosen !== '') names.set(me, chosen);
    view.renamed(me, names.get(me));
    showMember(me, me);
    introduce();
  });
  view.open();
}

/** @param line - the line that could not be sent. The limit is given for the line alone, without its signature. */
function reasonOf(error: unknown, line = ''): string {
  if (error instanceof MessageTooLargeError) {
    const { length } = new TextEncoder().encode(line);
    return `the line has ${length} bytes, there is room for ${error.limit - (error.length - length)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

start().catch((error: unknown) => view.status('failed', `this page cannot join: ${reasonOf(error)}`));
