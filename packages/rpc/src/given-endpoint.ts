/** Refuses options that another option already determines. @throws TypeError naming both */
export function refuseBeside<Options extends object>(
  given: keyof Options & string,
  options: Options,
  others: readonly (keyof Options & string)[],
): void {
  for (const other of others) {
    if (options[other] !== undefined)
      throw new TypeError(`${other} is of no use together with ${given}, which has its own`);
  }
}
