import { type PeerLine, PeerProcess } from './peer-process.js';
import { rustPeer } from './rust-program.js';

/** A member of a chat room in the format of iroh-gossip's chat example. */
export class RustChat {
  readonly process: PeerProcess;
  /** What it said so far, answers aside: `neighborUp`, `named`, `message`, `rejected` and others. */
  readonly events: PeerLine[] = [];
  readonly id: string;
  readonly topic: string;
  /** Brings others into the room. */
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

  /** Says a line. On the wire a line feed follows, as when it is typed into the example. */
  async say(text: string): Promise<void> {
    await this.process.command('say', text);
  }

  /** Takes a name. */
  async name(name: string): Promise<void> {
    await this.process.command('name', name);
  }

  /** Says a line with a wrong signature. */
  async forge(text: string): Promise<void> {
    await this.process.command('forge', text);
  }

  /** Waits for an event with these fields, by now or to come. */
  async until(fields: PeerLine): Promise<PeerLine> {
    const matches = (event: PeerLine) => Object.entries(fields).every(([key, value]) => event[key] === value);
    return await this.process.until(`the event ${JSON.stringify(fields)}`, () => this.events.find(matches));
  }

  /** Leaves with a farewell and ends. */
  async quit(): Promise<void> {
    await this.process.command('quit');
    await this.process.end();
  }
}
