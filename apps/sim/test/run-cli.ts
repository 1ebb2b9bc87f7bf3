import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command: tests run what users run. */
export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export function runCli(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

/** A folder that is removed after the tests of a file. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'grapevine-sim-'));

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
