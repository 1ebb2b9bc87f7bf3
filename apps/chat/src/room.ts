import { randomBytes } from 'node:crypto';
import type { GossipTopic } from '@grapevine/api';
import { MessageTooLargeError, TopicClosedError } from '@grapevine/api';
import { printable } from '@grapevine/cli-kit';
import { type SecretKey, shortId } from '@grapevine/net';
import { type ChatMessage, signMessage, verifyMessage } from './message.js';
import { Names } from './names.js';

/**
 * Bytes behind each message that make it unique: Rust ignores them, and without them two equal lines would be one message to the
 * swarm, whose second copy nobody sees.
 */
const NONCE_LENGTH = 8;

/** One room: what is typed goes out signed, what comes in is checked and printed. */
export class Room {
  readonly #topic: GossipTopic;
  readonly #key: SecretKey;
  readonly #name: string | undefined;
  readonly #print: (line: string) => void;
  readonly #names = new Names();

  constructor(topic: GossipTopic, key: SecretKey, name: string | undefined, print: (line: string) => void) {
    this.#topic = topic;
    this.#key = key;
    this.#name = name;
    this.#print = print;
  }

  /** Prints what happens until the topic is closed. */
  async listen(): Promise<void> {
    for await (const event of this.#topic) {
      switch (event.type) {
        case 'received':
          this.#show(event.content);
          break;
        case 'neighborUp':
          await this.#introduce();
          break;
        case 'neighborDown':
          break;
        case 'lagged':
          this.#print(
            `! ${event.missed} messages were lost${event.reason === 'slow-reader' ? ': this terminal is too slow' : ''}`,
          );
          break;
      }
    }
  }

  /** Sends a line; what can't be sent is said so and forgotten. */
  async say(line: string): Promise<void> {
    try {
      await this.#topic.broadcast(this.#seal({ type: 'message', text: `${line}\n` }));
    } catch (error) {
      if (!(error instanceof MessageTooLargeError)) throw error;
      const room = error.limit - (error.length - Buffer.byteLength(line));
      this.#print(`! not sent: the line has ${Buffer.byteLength(line)} bytes, there is room for ${room}`);
    }
  }

  /** A neighbor that came later has missed our name. */
  async #introduce(): Promise<void> {
    if (this.#name === undefined) return;
    await this.#topic.broadcast(this.#seal({ type: 'aboutMe', name: this.#name })).catch((error) => {
      if (!(error instanceof TopicClosedError)) throw error; // we are leaving
    });
  }

  #seal(message: ChatMessage): Uint8Array {
    return Buffer.concat([signMessage(this.#key, message), randomBytes(NONCE_LENGTH)]);
  }

  #show(content: Uint8Array): void {
    try {
      const { from, message } = verifyMessage(content);
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
