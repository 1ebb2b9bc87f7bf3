let last = 0;

/** A number that no other connection of this process has had. */
export function nextStableId(): number {
  return ++last;
}
