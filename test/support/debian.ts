import { spawnSync } from 'node:child_process';

const isThere = (program: string): boolean => spawnSync('which', [program]).status === 0;

/**
 * Installs the Debian package of a program, if it is missing and we may.
 *
 * @returns why the program is missing; undefined when it is there
 */
export function missingProgram(program: string, debianPackage: string): string | undefined {
  if (isThere(program)) return undefined;
  if (process.getuid?.() === 0 && isThere('apt-get')) {
    process.stderr.write(`installing Debian's ${debianPackage} …\n`);
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', debianPackage], { stdio: 'ignore' });
    if (isThere(program)) return undefined;
  }
  return `needs ${program}: apt-get install ${debianPackage}`;
}
