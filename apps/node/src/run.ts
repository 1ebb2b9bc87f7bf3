import { pino } from 'pino';
import { RunningNode } from './running-node.js';
import { CONFIG, RUN_SETTINGS, runSettings } from './settings/run-settings.js';
import { helpOf } from './settings/setting.js';

export const RUN_HELP = `Keeps a node up: it takes part in topics, passes messages on, and can be controlled from elsewhere.

Usage: grapevine run [options]

${helpOf([CONFIG, ...RUN_SETTINGS])}

Each setting can also stand in the file (log_level = "warn"; topic and join are lists) or in the environment
(GRAPEVINE_LOG_LEVEL=warn; lists are separated by commas). Flags beat the environment, which beats the file.

The log goes to stdout, one JSON object a line; the line "up" has the ticket that brings others here. SIGTERM and Ctrl-C end the node
with farewells, which take 5 s at most; a second signal ends it at once.`;

/** `grapevine run`. @throws UsageError */
export async function run(args: string[]): Promise<void> {
  const settings = runSettings(args, process.env);
  const logger = pino({ level: settings.logLevel, base: null }, pino.destination({ dest: 1, sync: true }));
  const ending = signalled();
  const node = await RunningNode.start(settings, logger);
  const signal = await ending;
  logger.info({ signal }, 'ending');
  await node.stop();
  logger.info('ended');
}

/** Settles at the first signal to end. The second one does not wait for anybody. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isSecond = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isSecond) process.exit(signal === 'SIGINT' ? 130 : 143);
      isSecond = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
