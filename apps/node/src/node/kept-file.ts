import { readFileSync } from 'node:fs';
import { writeAtomically, writeAtomicallyAsync } from '@grapevine/cli-kit';
import type { Logger } from '@grapevine/net';

/** What is in a file that a node keeps: its content, and the name of its format. */
export interface KeptFileOptions {
  /** For the log: "known peers". */
  readonly what: string;
  /** A file with another one is not read. */
  readonly format: string;
  readonly logger: Logger;
}

/** JSON in a file for its owner only, replaced as a whole: a crash costs the latest changes, not the file. */
export class KeptFile {
  readonly path: string;
  readonly #options: KeptFileOptions;

  constructor(path: string, options: KeptFileOptions) {
    this.path = path;
    this.#options = options;
  }

  /**
   * What the file holds, as `read` understands it; undefined without a file. One that is damaged costs a warning.
   *
   * @param read throws when the content is something else
   */
  load<T>(read: (content: Readonly<Record<string, unknown>>) => T): T | undefined {
    const { what, format, logger } = this.#options;
    try {
      const content = JSON.parse(readFileSync(this.path, 'utf8')) as Record<string, unknown>;
      if (content.format !== format) throw new Error(`not in the format "${format}"`);
      return read(content);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        logger.warn({ path: this.path, error: String(error) }, `${what} could not be read; starting without`);
      }
      return undefined;
    }
  }

  /** @throws the system's error: a full disk, say */
  save(content: Readonly<Record<string, unknown>>): void {
    writeAtomically(this.path, this.#text(content), OWNER_ONLY);
  }

  /** As {@link KeptFile.save}, while the node goes on. One at a time. @throws as that */
  async saveAsync(content: Readonly<Record<string, unknown>>): Promise<void> {
    await writeAtomicallyAsync(this.path, this.#text(content), OWNER_ONLY);
  }

  #text(content: Readonly<Record<string, unknown>>): string {
    return `${JSON.stringify({ format: this.#options.format, ...content }, undefined, 2)}\n`;
  }
}

const OWNER_ONLY = { mode: 0o600 };
