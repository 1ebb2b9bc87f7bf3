import { aString } from '@grapevine/proto/check';

/** An endpoint id in base32, the least that a ticket holds: a shorter word that begins like a ticket is a name. */
const MIN_LETTERS = 52;

/** Kinds of tickets by the word that they begin with: ours, and those of iroh that people may have as well. */
const TICKETS: ReadonlyMap<string, string> = new Map([
  ['endpoint', 'an endpoint ticket (a peer and its addresses)'],
  ['room', 'a room ticket (a topic and peers in it)'],
  ['node', 'a node ticket of an older iroh'],
  ['blob', 'a blob ticket of iroh'],
  ['doc', 'a document ticket of iroh'],
]);

/**
 * The kind of ticket that a pasted word is, even if it is damaged; undefined when it is none.
 *
 * @param word - without white space and quotes
 * @returns e.g. `a room ticket (a topic and peers in it)`
 */
export function ticketKind(word: string): string | undefined {
  CHECK: aString('word', word);
  const text = word.toLowerCase();
  for (const [prefix, kind] of TICKETS) {
    if (text.startsWith(prefix) && text.length >= prefix.length + MIN_LETTERS && /^[a-z0-9]+$/.test(text)) return kind;
  }
  return undefined;
}

/** What a word is that was given in place of something else, for errors. @param word - without white space and quotes */
export function wordKind(word: string): string | undefined {
  CHECK: aString('word', word);
  const text = word.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(text)) return 'an id in 64 hex digits';
  if (/^[a-z2-7]{52}$/.test(text)) return 'an endpoint id in 52 letters';
  if (/^https?:/.test(text)) return 'a web address';
  return ticketKind(text);
}
