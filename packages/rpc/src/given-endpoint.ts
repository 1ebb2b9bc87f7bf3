/** Refuses options that say what another one has said already. @throws TypeError naming both */
export function refuseBeside<Options extends object>(
  given: keyof Options & string,
  options: Options,
  others: readonly (keyof Options & string)[],
): void {
  for (const other of others) {
    if (options[other] !== undefined) throw new TypeError(`${other} has no use beside ${given}, which has its own`);
  }
}
