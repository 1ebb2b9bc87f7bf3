/** A message that a node of the simulation has published. */
export interface Publication {
  readonly index: number;
  readonly topic: number;
  readonly content: Uint8Array;
  readonly by: Membership;
  /** When the node took it. Until then: when it was offered. */
  at: number;
  /** Undefined until the node has taken it. */
  taken: 'yes' | 'refused' | undefined;
}

/** A process in a topic, from its first subscription to the end of its last. The topic's cache lives as long. */
export interface Membership {
  readonly id: number;
  readonly machine: number;
  readonly topic: number;
  readonly since: number;
  until: number | undefined;
}

/** A subscriber: what was delivered to it, and what it was told of. */
export class Reader {
  readonly id: number;
  readonly membership: Membership;
  /** Messages that were published from this time on are owed to it. */
  readonly owedFrom: number;
  readonly delivered = new Set<number>();
  /** How many messages it was told that it misses, by reason. */
  readonly told: Record<string, number> = {};
  /** Whether it is still subscribed. */
  isOpen = true;
  hasEnded = false;
  /** While it does not read: resolves when it goes on. */
  gate: Promise<void> | undefined;

  constructor(id: number, membership: Membership, owedFrom: number) {
    this.id = id;
    this.membership = membership;
    this.owedFrom = owedFrom;
  }

  get toldTotal(): number {
    return Object.values(this.told).reduce((sum, missed) => sum + missed, 0);
  }

  toString(): string {
    const { machine, topic, id } = this.membership;
    return `reader ${this.id} (machine ${machine}, topic ${topic}, membership ${id})`;
  }
}

const MAGIC = 0x47_56;
const HEADER = 8;

/** The content of a message: its number, and bytes that follow from it. */
export function contentOf(index: number, length: number): Uint8Array {
  const content = Buffer.alloc(Math.max(HEADER, length), index & 0xff);
  content.writeUInt32LE(MAGIC, 0);
  content.writeUInt32LE(index, 4);
  content[content.length - 1] = (content[content.length - 1] as number) ^ 0x5a;
  return content;
}

/** The number of the message with this content; undefined when the content is not that of a message. */
function indexOf(content: Uint8Array): number | undefined {
  if (content.length < HEADER) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return view.getUint32(0, true) === MAGIC ? view.getUint32(4, true) : undefined;
}

/** Everything that was published, and what was delivered to whom. */
export class Ledger {
  readonly publications: Publication[] = [];
  readonly memberships: Membership[] = [];
  readonly readers: Reader[] = [];
  /** What no run may show, noted as it happens. */
  readonly violations: string[] = [];
  delivered = 0;

  publish(by: Membership, at: number, bytes: number): Publication {
    const index = this.publications.length;
    const publication = { index, topic: by.topic, content: contentOf(index, bytes), by, at, taken: undefined };
    this.publications.push(publication);
    return publication;
  }

  enter(machine: number, topic: number, at: number): Membership {
    const membership = { id: this.memberships.length, machine, topic, since: at, until: undefined };
    this.memberships.push(membership);
    return membership;
  }

  read(membership: Membership, owedFrom: number): Reader {
    const reader = new Reader(this.readers.length, membership, owedFrom);
    this.readers.push(reader);
    return reader;
  }

  receive(reader: Reader, content: Uint8Array): number | undefined {
    const index = indexOf(content);
    const publication = index === undefined ? undefined : this.publications[index];
    if (index === undefined || !publication || Buffer.compare(content, publication.content) !== 0) {
      this.violations.push(`${reader} was given ${content.length} bytes that nobody published`);
    } else if (publication.topic !== reader.membership.topic) {
      this.violations.push(`${reader} was given message ${index} of topic ${publication.topic}`);
    } else if (reader.delivered.has(index)) {
      this.violations.push(`${reader} was given message ${index} twice`);
    } else {
      reader.delivered.add(index);
      this.delivered++;
    }
    return index;
  }
}
