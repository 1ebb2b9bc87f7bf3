import type { Setting } from '../settings/setting.js';
import type { NodeCommand } from '../verbs/verb.js';

/** What can stand behind a flag. */
export type Values =
  | { readonly type: 'none' }
  | { readonly type: 'file' }
  | { readonly type: 'folder' }
  | { readonly type: 'choices'; readonly choices: readonly string[] }
  /** Something that a shell can't know. */
  | { readonly type: 'unknown' };

export interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly metavar: string;
  readonly help: string;
  readonly isRepeatable: boolean;
  readonly values: Values;
}

/** What can stand first behind a command. */
export type First =
  | { readonly type: 'nothing' }
  | { readonly type: 'topic' }
  | { readonly type: 'choices'; readonly choices: readonly string[] };

/** A command as a shell sees it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly first: First;
  readonly flags: readonly Flag[];
}

const HELP: Flag = {
  name: '--help',
  metavar: '',
  help: 'say more about this command',
  isRepeatable: false,
  values: { type: 'none' },
};

export function completedCommands(commands: ReadonlyMap<string, NodeCommand>): CompletedCommand[] {
  return [...commands].map(([name, { summary, usage, settings }]) => ({
    name,
    summary,
    first: firstOf(usage),
    flags: [...settings.map(flagOf), HELP],
  }));
}

/** A usage names a topic `TOPIC`, and choices with a bar: `bash|zsh|fish`. */
function firstOf([first = '']: readonly string[]): First {
  if (/^\[?TOPIC/.test(first)) return { type: 'topic' };
  return first.includes('|') ? { type: 'choices', choices: first.split('|') } : { type: 'nothing' };
}

function flagOf({ flag, kind, metavar, help, choices }: Setting): Flag {
  return { name: `--${flag}`, metavar, help, isRepeatable: kind === 'list', values: valuesOf(kind, metavar, choices) };
}

function valuesOf(kind: Setting['kind'], metavar: string, choices: readonly string[] | undefined): Values {
  if (kind === 'switch') return { type: 'none' };
  if (choices) return { type: 'choices', choices };
  switch (metavar) {
    case 'FILE':
      return { type: 'file' };
    case 'DIR':
      return { type: 'folder' };
    default:
      return { type: 'unknown' };
  }
}
