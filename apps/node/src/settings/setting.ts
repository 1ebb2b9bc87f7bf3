/** Something that can be set in a file, in the environment and on the command line. */
export interface Setting {
  /** As a flag: `rpc-allow`. In a file it is `rpc_allow`, in the environment `GRAPEVINE_RPC_ALLOW`. */
  readonly flag: string;
  /** One text, any number of texts, or yes and no. */
  readonly kind: 'text' | 'list' | 'switch';
  /** What stands for its value in the help. */
  readonly metavar: string;
  /** All that it can be. */
  readonly choices?: readonly string[];
  readonly help: string;
}

/** What somebody set, and where: for messages. */
export interface Given {
  readonly texts: readonly string[];
  /** `--bind`, `GRAPEVINE_BIND`, `grapevine.toml:3: bind`. */
  readonly where: string;
}

export const tomlKey = ({ flag }: Setting): string => flag.replaceAll('-', '_');
export const environmentName = (setting: Setting): string => `GRAPEVINE_${tomlKey(setting).toUpperCase()}`;

/** A line of help for each. */
export function helpOf(settings: readonly Setting[]): string {
  const left = settings.map(({ flag, metavar }) => `  --${flag} ${metavar}`.trimEnd());
  const width = Math.max(...left.map(({ length }) => length));
  return settings.map(({ help }, i) => `${(left[i] as string).padEnd(width)}  ${help}`).join('\n');
}
