/** More edits than this are another word, not a slip. */
const MAX_EDITS = 2;

/**
 * `, did you mean "run"?`, where a word that nobody knows is near one that is known; otherwise nothing. Case does not count.
 *
 * @param prefix - What all of them begin with where they are written: `--`.
 */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  let nearest: string | undefined;
  let least = Math.min(MAX_EDITS, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits >= least) continue;
    least = edits;
    nearest = candidate;
  }
  return nearest === undefined ? '' : `, did you mean ${JSON.stringify(prefix + nearest)}?`;
}

/** How many letters to add, leave out, change or swap with the next one. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, at(i - 1, j) + 1, at(i, j - 1) + 1, isSwap ? at(i - 2, j - 2) + 1 : change));
    }
  }
  return at(a.length, b.length);
}
