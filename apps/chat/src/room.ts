import type { GossipEvent, GossipTopic } from '@grapevine/api';
import { MessageTooLargeError, TopicClosedError } from '@grapevine/api';
import { type ChatMessage, Introductions, Names, sealMessage, verifyMessage } from '@grapevine/chat-room';
import { printable } from '@grapevine/cli-kit';
import { type SecretKey, shortId } from '@grapevine/net';

/** One room: signs and sends what is typed, checks and prints what comes in. */
export class Room {
  readonly #topic: GossipTopic;
  readonly #key: SecretKey;
  readonly #name: string | undefined;
  readonly #print: (line: string) => void;
  readonly #names = new Names();
  readonly #introductions: Introductions;
  #unheard = 0;
  #hasIntroduced = false;

  constructor(topic: GossipTopic, key: SecretKey, name: string | undefined, print: (line: string) => void) {
    this.#topic = topic;
    this.#key = key;
    this.#name = name;
    this.#print = print;
    this.#introductions = new Introductions(this.#names, () => {
      this.#sayName(name ?? shortId(key.id)).catch(() => {}); // what is wrong with a name was told when it was first said
    });
  }

  /** Lines that were said since there was a neighbor, our name not counted. */
  get unheard(): number {
    return this.#unheard;
  }

  /** Says nothing more by itself. */
  close(): void {
    this.#introductions.close();
  }

  /** Prints what happens until the topic is closed. */
  async listen(): Promise<void> {
    for await (const event of this.#topic) {
      switch (event.type) {
        case 'received':
          await this.#show(event.content);
          break;
        case 'neighborUp':
          this.#unheard = 0;
          await this.#introduce();
          break;
        case 'neighborDown':
          break;
        case 'lagged':
          this.#print(`! ${describeLoss(event)}`);
          break;
      }
    }
  }

  /** Sends a line. One that is too long is reported and dropped. */
  async say(line: string): Promise<void> {
    if (!this.#hasIntroduced) await this.#introduce(); // what is said while nobody is there is kept in this order
    try {
      await this.#send({ type: 'message', text: `${line}\n` });
      if (!this.#topic.isJoined) this.#unheard++;
    } catch (error) {
      if (!(error instanceof MessageTooLargeError)) throw error;
      const room = error.limit - (error.length - Buffer.byteLength(line));
      this.#print(`! not sent: the line has ${Buffer.byteLength(line)} bytes, there is room for ${room}`);
    }
  }

  /** Says our name, before the first line and for each new neighbor, which has missed it. */
  async #introduce(): Promise<void> {
    this.#hasIntroduced = true;
    if (this.#name === undefined) return;
    await this.#sayName(this.#name).catch((error) => {
      if (!(error instanceof TopicClosedError)) throw error; // we are leaving
    });
  }

  async #sayName(name: string): Promise<void> {
    this.#introductions.said();
    await this.#send({ type: 'aboutMe', name });
  }

  async #send(message: ChatMessage): Promise<void> {
    await this.#topic.broadcast(await sealMessage(this.#key, message));
  }

  async #show(content: Uint8Array): Promise<void> {
    try {
      const said = await verifyMessage(content);
      this.#introductions.heard(said);
      const { from, message } = said;
      switch (message.type) {
        case 'aboutMe':
          if (this.#names.get(from) !== printable(message.name)) {
            this.#names.set(from, message.name);
            this.#print(`> ${shortId(from)} is now known as ${this.#names.get(from)}`);
          }
          break;
        case 'message':
          this.#print(`${this.#names.get(from)}: ${printable(message.text)}`);
          break;
      }
    } catch (error) {
      this.#print(`! ignored a bad message: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function describeLoss({ missed, reason }: GossipEvent & { readonly type: 'lagged' }): string {
  switch (reason) {
    case 'away':
      return 'messages may have been lost: we were away for longer than the others remember';
    case 'slow-reader':
      return `${missed} messages were lost: this terminal is too slow`;
    case 'abandoned':
    case 'unavailable':
    case 'overflow':
    case 'unknown':
      return `${missed} messages were lost`;
  }
}
