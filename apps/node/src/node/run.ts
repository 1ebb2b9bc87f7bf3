import { whenNpxEnds } from '@grapevine/cli-kit';
import { pino } from 'pino';
import { runSettings } from '../settings/run-settings.js';
import { LogOutput } from './log-output.js';
import { RunningNode } from './running-node.js';

/** `grapevine run`. @throws UsageError; Error when the node has ended by itself, so that a supervisor starts it again */
export async function run(args: string[]): Promise<void> {
  const settings = runSettings(args, process.env);
  const logger = pino({ level: settings.logLevel, base: null }, new LogOutput());
  const ending = signalled();
  const node = await RunningNode.start(settings, logger);
  if (settings.allow !== undefined) process.on('SIGHUP', () => node.reload());
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
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    let isSecond = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isSecond) process.exit(signal === 'SIGINT' ? 130 : 143);
      isSecond = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    whenNpxEnds(() => resolve('npx has ended'));
  });
}
