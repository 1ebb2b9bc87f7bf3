import type { ClientConnection } from './listening.js';
import type { Progress } from './progress.js';

interface Entry {
  readonly progress: Progress;
  readonly address: string;
}

/**
 * The progress of each client's connection with subscriptions. A client opens it and its control connection from one endpoint.
 */
export class ClientProgress {
  readonly #entries = new Map<string, Set<Entry>>();

  /** @returns a function that removes it */
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
   * The newest progress of the client that has this control connection. Programs that share an identity are told apart by their
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
