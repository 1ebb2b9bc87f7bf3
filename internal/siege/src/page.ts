import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../../docs/siege.md', import.meta.url));
const [BEGIN, END] = ['<!-- siege -->', '<!-- /siege -->'];

/** Replaces what docs/siege.md shows of the last run. @throws Error where the page has no place for it */
export function writePage(shown: string): void {
  writeFileSync(PAGE, withShown(readFileSync(PAGE, 'utf8'), shown));
}

/** A page with something else between its two marks. */
export function withShown(page: string, shown: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${shown}\n\n${page.slice(end)}`;
}
