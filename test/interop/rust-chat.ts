import { type PeerLine, PeerProcess } from './peer-process.js';
import { rustPeer } from './rust-program.js';

/** A member of a chat room in the format of iroh-gossip's chat example. */
export class RustChat {
  readonly process: PeerProcess;
  /** Its events so far: `neighborUp`, `named`, `message`, `rejected` and others. */
  readonly events: PeerLine[] = [];
  readonly id: string;
  readonly topic: string;
  /** The ticket of the room. */
  readonly ticket: string;

  private constructor(process: PeerProcess, events: PeerLine[], ready: PeerLine) {
    this.process = process;
    this.events = events;
    this.id = ready.endpoint as string;
    this.topic = ready.topic as string;
    this.ticket = ready.ticket as string;
  }

  /** @param args - options and then `open [TOPIC]` or `join TICKET` */
  static async start(args: readonly string[], started: (process: PeerProcess) => void): Promise<RustChat> {
    const events: PeerLine[] = [];
    const process = new PeerProcess(rustPeer('chat', args), (event) => events.push(event));
    started(process);
    const ready = await process.until('its first line', () => events.find(({ event }) => event === 'ready'));
    return new RustChat(process, events, ready);
  }

  /** Sends a line. A line feed is added, as when it is typed into the example. */
  async say(text: string): Promise<void> {
    await this.process.command('say', text);
  }

  /** Announces a name. */
  async name(name: string): Promise<void> {
    await this.process.command('name', name);
  }

  /** Sends a line with a wrong signature. */
  async forge(text: string): Promise<void> {
    await this.process.command('forge', text);
  }

  /** Waits for an event with these fields, unless it has come already. */
  async until(fields: PeerLine): Promise<PeerLine> {
    const matches = (event: PeerLine) => Object.entries(fields).every(([key, value]) => event[key] === value);
    return await this.process.until(`the event ${JSON.stringify(fields)}`, () => this.events.find(matches));
  }

  /** Leaves the room, tells the neighbors, and ends. */
  async quit(): Promise<void> {
    await this.process.command('quit');
    await this.process.end();
  }
}
