import { readFileSync } from 'node:fs';
import { fileProblem, UsageError } from '@grapevine/cli-kit';
import { type EndpointId, type Logger, parseEndpointId } from '@grapevine/net';

/** Who may take part in topics with a node, from a file: endpoint ids, one a line; what follows `#` is a comment. */
export class AllowList {
  readonly #path: string;
  #ids: ReadonlySet<EndpointId>;

  /** @throws UsageError that names the file, and the line that is no id */
  constructor(path: string) {
    this.#path = path;
    this.#ids = readIds(path);
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: EndpointId): boolean {
    return this.#ids.has(id);
  }

  /** Reads the file again. One that can't be read, or has a mistake in it, changes nothing. @returns whether it was read */
  reload(logger: Logger): boolean {
    try {
      this.#ids = readIds(this.#path);
    } catch (error) {
      logger.error({ error: (error as Error).message }, 'the list of allowed peers stays as it was');
      return false;
    }
    logger.info({ path: this.#path, peers: this.size }, 'the list of allowed peers was read again');
    return true;
  }
}

function readIds(path: string): ReadonlySet<EndpointId> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(fileProblem('read', path, error));
  }
  const ids = new Set<EndpointId>();
  for (const [i, line] of text.split('\n').entries()) {
    const id = line.replace(/#.*/, '').trim();
    if (id === '') continue;
    try {
      ids.add(parseEndpointId(id));
    } catch {
      throw new UsageError(`${path}:${i + 1} must be an endpoint id (64 hex digits), got ${JSON.stringify(id)}`);
    }
  }
  return ids;
}
