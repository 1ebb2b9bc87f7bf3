import { readFileSync } from 'node:fs';

/**
 * The version of the package that a module belongs to.
 *
 * @param module - its `import.meta.url`; it stands directly in the package's `src` or `dist`
 */
export function packageVersion(module: string): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', module), 'utf8')) as { version: string };
  return manifest.version;
}
