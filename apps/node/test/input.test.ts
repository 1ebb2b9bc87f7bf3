import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, wholeOf } from '../src/io/input.js';

const LIMIT = 20;

/** A text in pieces of these lengths, and what is left. */
async function* inPieces(text: string, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let rest = Buffer.from(text);
  for (const length of lengths) {
    yield rest.subarray(0, length);
    rest = rest.subarray(length);
  }
  yield rest;
}

async function collect(messages: AsyncIterable<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const message of messages) found.push(Buffer.from(message).toString('latin1'));
  return found;
}

describe('lines', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t'), maxLength: LIMIT });

  test('are the same however the input is cut, with LF or CRLF, and with or without one at the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n'))),
        line.filter((last) => last !== ''),
        fc.boolean(),
        fc.array(fc.nat(9)),
        async (lines, last, hasEnd, cuts) => {
          const text = lines.map(([content, end]) => content + end).join('') + last + (hasEnd ? '\n' : '');
          const found = await collect(linesOf(inPieces(text, cuts), LIMIT));
          expect(found).toEqual([...lines.map(([content]) => content), last]);
        },
      ),
    );
  });

  test('of nothing are none', async () => {
    expect(await collect(linesOf(inPieces('', []), LIMIT))).toEqual([]);
  });

  test.each([['\n'], ['\r\n'], ['']])('may be as long as the limit and no longer, before %j', async (end) => {
    const fits = 'x'.repeat(LIMIT);
    expect(await collect(linesOf(inPieces(`a\n${fits}${end}`, [3, 5]), LIMIT))).toEqual(['a', fits]);
    await expect(collect(linesOf(inPieces(`a\n${fits}x${end}`, [3, 5]), LIMIT))).rejects.toThrow(
      'line 2 is longer than a message may be: 20 bytes',
    );
  });

  test('that never end are not read to the end', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read++;
        yield Buffer.alloc(8, 'x');
      }
    }
    await expect(collect(linesOf(endless(), LIMIT))).rejects.toThrow('line 1');
    expect(read).toBe(3);
  });
});

test('the whole is one message, up to the limit', async () => {
  const text = 'a\nb\r\n'.padEnd(LIMIT);
  expect(await collect(wholeOf(inPieces(text, [3, 9]), LIMIT))).toEqual([text]);
  await expect(collect(wholeOf(inPieces(`${text} `, [3]), LIMIT))).rejects.toThrow('the input is longer');
});
