import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Where systems look for the folder of temporary files. */
const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'] as const;
const PREFIX = 'grapevine-tests-';

/**
 * Before the first test of a run: gives its tests, and the programs that they start, one folder for temporary files. It goes with the run, and with it
 * what a test that was filtered out, or a process that was killed, could not remove. It is called for each part of the tests, and makes one folder for
 * all of them.
 *
 * @returns removes the folder
 */
export default function setup(): () => void {
  if (basename(tmpdir()).startsWith(PREFIX)) return () => {}; // of another part of the tests, or of the test that has started this run
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  for (const name of VARIABLES) process.env[name] = folder;
  const remove = (): void => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // A program that was killed a moment ago still writes: it is tried again at the end of this process.
    }
  };
  process.once('exit', remove); // also after Ctrl-C
  return remove;
}
