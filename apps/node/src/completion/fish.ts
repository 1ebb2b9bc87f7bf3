import type { CompletedCommand, First, Flag } from './model.js';

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of grapevine for fish.
function __grapevine_topics
  grapevine topics 2> /dev/null | string replace -r ' .*' ''
end
function __grapevine_first
  __fish_seen_subcommand_from $argv; and test (count (commandline -opc)) -eq 2
  and not string match -q -- '-*' (commandline -ct) # a flag is being typed
end
complete -c grapevine -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ name, summary, first, flags }: CompletedCommand): string[] {
  return [
    `complete -c grapevine -n __fish_use_subcommand -a ${name} -d ${literal(summary)}`,
    ...flags.map((flag) => flagLine(name, flag)),
    ...firstLine(name, first),
  ];
}

function flagLine(command: string, { name, help, values }: Flag): string {
  const start = `complete -c grapevine -n '__fish_seen_subcommand_from ${command}' -l ${name.slice(2)} -d ${literal(help)}`;
  switch (values.type) {
    case 'none':
      return start;
    case 'file':
      return `${start} -r -F`;
    case 'folder':
      return `${start} -x -a '(__fish_complete_directories)'`;
    case 'choices':
      return `${start} -x -a ${literal(values.choices.join(' '))}`;
    case 'unknown':
      return `${start} -x`;
  }
}

function firstLine(command: string, first: First): string[] {
  const start = `complete -c grapevine -n '__grapevine_first ${command}'`;
  switch (first.type) {
    case 'nothing':
      return [];
    case 'topic':
      return [`${start} -a '(__grapevine_topics)'`];
    case 'choices':
      return [`${start} -a ${literal(first.choices.join(' '))}`];
  }
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
