/** All empty lists are one: never changed. Most topics are quiet. */
export const NO_ITEMS: never[] = [];

/**
 * A copy with one more item, exactly as long as it has to be: an engine makes room for 17 items where one is pushed, and thousands of topics
 * have two neighbors each. (`concat` would do the same; it is many times slower.)
 */
export function withOneMore<T>(items: readonly T[], at: number, item: T): T[] {
  const { length } = items;
  const copy = new Array<T>(length + 1);
  for (let i = 0; i < at; i++) copy[i] = items[i] as T;
  copy[at] = item;
  for (let i = at; i < length; i++) copy[i + 1] = items[i] as T;
  return copy;
}

/** Takes items out, in place. (`splice` would make a list of them.) */
export function removeAt<T>(items: T[], at: number, count: number): void {
  const left = items.length - count;
  for (let i = at; i < left; i++) items[i] = items[i + count] as T;
  for (let i = 0; i < count; i++) items.pop();
}
