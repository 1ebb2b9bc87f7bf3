import { didYouMean, UsageError } from '@grapevine/cli-kit';
import { SERVER_SETTINGS } from '../remote/server-settings.js';
import { CONFIG, RUN_SETTINGS } from './run-settings.js';
import { environmentName } from './setting.js';

const PREFIX = 'GRAPEVINE_';

/** Kubernetes tells every container where services are: of one that is called grapevine, in GRAPEVINE_SERVICE_HOST and GRAPEVINE_PORT_4433_UDP. */
const OF_KUBERNETES = /^GRAPEVINE_(.+_)?(SERVICE_HOST|SERVICE_PORT|PORT)(_.+)?$/;

/**
 * Names in the environment that look like settings and are none.
 *
 * @throws UsageError for one that is probably misspelt: it would be ignored, as if nobody had said anything
 */
export function strangeVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = [CONFIG, ...RUN_SETTINGS, ...SERVER_SETTINGS].map(environmentName);
  const strange = Object.keys(environment).filter(
    (name) => name.startsWith(PREFIX) && environment[name] !== '' && !known.includes(name) && !OF_KUBERNETES.test(name),
  );
  for (const name of strange) {
    const meant = didYouMean(shortOf(name), known.map(shortOf), PREFIX);
    if (meant !== '') throw new UsageError(`unknown environment variable ${name}${meant}`);
  }
  return strange;
}

const shortOf = (name: string): string => name.slice(PREFIX.length);
