import { describe, unknownName } from './check/index.js';

/** Refuses what is not an object, and unknown names in it. @throws TypeError */
export function checkKnown(section: string, given: object | undefined, known: object): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${section} must be an object, got ${describe(given)}`);
  }
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown !== undefined) throw unknownName(`${section} has no field`, unknown, Object.keys(known));
}
