import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem, writeAtomically } from '@grapevine/cli-kit';
import { ParseError, SecretKey } from '@grapevine/net';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * An identity that is kept in a folder, made on the first run. Only its owner may read the file.
 *
 * @throws Error that names the file when it can't be read or made, is open to others, or holds no key
 */
export function keptIdentity(folder: string, name = 'identity'): SecretKey {
  const path = join(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(fileProblem('read', path, error));
    const key = SecretKey.generate();
    writeAtomically(path, `${key.toHex()}\n`, { mode: OWNER_ONLY });
    return key;
  }
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) {
    throw new Error(`${path} is open to others: whoever reads it can be this node. Run: chmod 600 ${path}`);
  }
  try {
    return SecretKey.parse(text.trim());
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new Error(`${path} is damaged: expected a secret key, 64 hex digits. Remove it to become somebody new`);
  }
}
