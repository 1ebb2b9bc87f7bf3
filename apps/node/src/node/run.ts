import { whenNpxEnds } from '@grapevine/cli-kit';
import { pino } from 'pino';
import { strangeVariables } from '../settings/environment.js';
import { runSettings } from '../settings/run-settings.js';
import { LogOutput } from './log-output.js';
import { RunningNode } from './running-node.js';

/** As a shell says that a signal has ended a process. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** `grapevine run`. @throws UsageError; Error when the node has ended by itself, so that a supervisor starts it again */
export async function run(args: string[]): Promise<void> {
  const settings = runSettings(args, process.env);
  const logger = pino({ level: settings.logLevel, base: null }, new LogOutput());
  const strange = strangeVariables(process.env);
  if (strange.length > 0) logger.warn({ variables: strange }, 'variables in the environment that are no settings');
  const reloads = settings.allow !== undefined;
  const ending = signalled(reloads ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const reloading = reloads ? onReload() : undefined;
  const node = await RunningNode.start(settings, logger);
  reloading?.(() => node.reload());
  const end = await Promise.race([ending, node.failed, node.toldToStop]);
  if (end instanceof Error) {
    logger.error({ error: end.message }, 'the endpoint is gone: ending');
    await node.stop();
    throw new Error(`the node has ended: ${end.message}`, { cause: end });
  }
  logger.info({ why: end }, 'ending');
  await node.stop();
  logger.info('ended');
}

/** Settles at the first signal to end, also one that has reached only the npx that has started us. The second one does not wait for anybody. */
function signalled(signals: readonly (keyof typeof EXIT_CODES)[]): Promise<string> {
  return new Promise((resolve) => {
    let isSecond = false;
    for (const signal of signals) {
      process.on(signal, () => {
        if (isSecond) process.exit(EXIT_CODES[signal]);
        isSecond = true;
        resolve(signal);
      });
    }
    whenNpxEnds(() => resolve('npx has ended'));
  });
}

/** Holds SIGHUP from now on: one that comes while the node starts has it read again what it has just read. @returns says what is to be done */
function onReload(): (reload: () => void) => void {
  let isDue = false;
  let reload = () => {
    isDue = true;
  };
  process.on('SIGHUP', () => reload());
  return (doIt) => {
    reload = doIt;
    if (isDue) doIt();
  };
}
