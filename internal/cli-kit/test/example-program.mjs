// A program with commands, for the tests: it runs as a process, as programs do.
import { interruptible, runProgram, UsageError } from '../dist/index.js';

const command = (run) => ({ summary: 'an example', help: 'More about it.', run });

/** Works until it is interrupted, and then for ever, or until it has tidied up. */
const work = (tidy) =>
  interruptible(async (signal) => {
    const running = setInterval(() => {}, 1_000);
    process.stdout.write('working\n');
    try {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      process.stdout.write('tidying up\n');
      await tidy();
    } finally {
      clearInterval(running);
    }
  });

const commands = new Map([
  ['print', command((args) => process.stdout.write(`${JSON.stringify(args)}\n`))],
  ['fail', command(() => Promise.reject(new Error('no luck')))],
  ['quote', command(() => Promise.reject(new Error('two\nlines\x1b[2J')))],
  ['mistake', command(() => Promise.reject(new UsageError('not like this')))],
  ['range', command(() => Promise.reject(new RangeError('too far')))],
  ['work', command(() => work(() => {}))],
  ['break', command(() => work(() => Promise.reject(new Error('broken'))))],
  ['linger', command(() => work(() => new Promise(() => {})))],
]);

await runProgram({ name: 'example', about: 'Shows things.', commands, mistakes: [RangeError] }, process.argv.slice(2));
