import type { ClientConnection } from './listening.js';
import type { Progress } from './progress.js';

interface Entry {
  readonly progress: Progress;
  readonly address: string;
}

/**
 * How far the connections with subscriptions have come, by client. A client opens them and its connection of control from one endpoint.
 */
export class ClientProgress {
  readonly #entries = new Map<string, Set<Entry>>();

  /** @returns takes it out again */
  add(connection: ClientConnection, progress: Progress): () => void {
    const client = clientOf(connection);
    const entries = this.#entries.get(client) ?? new Set();
    const entry = { progress, address: addressOf(connection) };
    this.#entries.set(client, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#entries.get(client) === entries) this.#entries.delete(client);
    };
  }

  /**
   * The progress of the client that has this connection of control: the newest. Programs that share an identity are told apart by their
   * addresses; a transport with several paths may show one program at two.
   */
  of(connection: ClientConnection): Progress | undefined {
    const entries = [...(this.#entries.get(clientOf(connection)) ?? [])].reverse();
    const address = addressOf(connection);
    return (entries.find((entry) => entry.address === address) ?? entries[0])?.progress;
  }
}

function clientOf(connection: ClientConnection): string {
  return connection.remoteId ?? addressOf(connection);
}

function addressOf(connection: ClientConnection): string {
  return JSON.stringify(connection.remoteAddr() ?? null);
}
