// A program as the commands of this repository are, for tests: each of its commands ends in a way of its own.
import { once } from 'node:events';
import { interruptible, packageVersion, runProgram, stdout, UsageError } from '@grapevine/cli-kit';

class PortTaken extends Error {}
class PrivilegedPortTaken extends PortTaken {}

const say = (text) => stdout().put(`${text}\n`);

/** Works until it is interrupted, and then does what its argument says. */
const work = ([end]) =>
  interruptible(async (signal) => {
    const alive = setInterval(() => {}, 60_000);
    say('working');
    if (!signal.aborted) await once(signal, 'abort');
    say(`tidying up: ${signal.reason.message}`);
    if (end === 'never') await new Promise(() => {});
    clearInterval(alive);
    if (end === 'badly') throw new Error('what was going on has failed');
    say('tidy');
  });

const command = (summary, run) => ({ summary, help: `Usage: tool ${summary}`, run });
const commands = new Map([
  ['echo', command('print the arguments', (args) => say(JSON.stringify(args)))],
  ['work', command('work until interrupted', work)],
  [
    'fail',
    command('throw at once', () => {
      throw new Error('it broke');
    }),
  ],
  ['quote', command('quote the network', () => Promise.reject(new Error('two\nlines\x1b[2J')))],
  ['reject', command('throw something else, later', () => Promise.reject('no Error, but a text'))],
  ['misuse', command("fail by the user's mistake", () => Promise.reject(new UsageError('that is no number')))],
  [
    'collide',
    command('fail by a mistake that the program names', () => Promise.reject(new PrivilegedPortTaken('taken'))),
  ],
]);

await runProgram(
  { name: 'tool', version: packageVersion(import.meta.url), about: 'Does things.', commands, mistakes: [PortTaken] },
  process.argv.slice(2),
);
