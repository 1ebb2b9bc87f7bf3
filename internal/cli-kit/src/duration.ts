const NANOSECONDS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['sec', 1e9],
  ['m', 60e9],
  ['min', 60e9],
  ['h', 3600e9],
]);

const NUMBER = '\\d+(?:\\.\\d+)?';

/** `10ms`, `1.5s`, `1s 500ms`, `2m`, in nanoseconds; `undefined` when it reads otherwise. */
export function parseDuration(text: string): number | undefined {
  if (!new RegExp(`^(\\s*${NUMBER}\\s*[a-zµ]+)+\\s*$`).test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(new RegExp(`(${NUMBER})\\s*([a-zµ]+)`, 'g'))) {
    const factor = NANOSECONDS.get(unit as string);
    if (factor === undefined) return undefined;
    sum += Math.round(Number(amount) * factor);
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}
