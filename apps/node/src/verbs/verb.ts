import type { CliCommand } from '@grapevine/cli-kit';
import { SERVER_SETTINGS, type Whereabouts } from '../remote/server-settings.js';
import { helpOf, type Setting } from '../settings/setting.js';
import { fromArguments, fromEnvironment } from '../settings/sources.js';

/** Something that a running node is told to do. */
export interface Verb {
  readonly summary: string;
  /** What it does, and what it prints. */
  readonly about: string;
  /** Positional arguments, as {@link positional} takes them. */
  readonly usage: readonly string[];
  /** Besides those that say which node. */
  readonly settings: readonly Setting[];
  run(call: Call): Promise<void>;
}

/** What the user said. */
export interface Call extends Whereabouts {
  readonly positionals: readonly string[];
}

/** A command with what shells complete. */
export interface NodeCommand extends CliCommand {
  readonly usage: readonly string[];
  readonly settings: readonly Setting[];
}

export function commandOf(name: string, verb: Verb): NodeCommand {
  const settings = [...verb.settings, ...SERVER_SETTINGS];
  return {
    summary: verb.summary,
    usage: verb.usage,
    settings,
    help: `${verb.about}

Usage: ${['grapevine', name, ...verb.usage, '[options]'].join(' ')}

${helpOf(settings)}

--rpc, --rpc-id, --rpc-transport and --data can also stand in the environment (GRAPEVINE_RPC=127.0.0.1:9465).`,
    run: async (args) => {
      const { flags, positionals } = fromArguments(args, settings, verb.usage);
      // Of the environment only what says which node: no verb shall count to ten because something else is called COUNT.
      const given = new Map([...fromEnvironment(process.env, SERVER_SETTINGS), ...flags]);
      await verb.run({ positionals, given, environment: process.env });
    },
  };
}
