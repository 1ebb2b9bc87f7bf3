import type { CompletedCommand, First, Values } from './model.js';

/** A completion script for bash, from 3.2 on. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags.map((flag): Case => [`'${name} ${flag.name}'`, completeValue(flag.values)]),
  );
  const firsts = commands.map(({ name, first }): Case => [name, completeFirst(first)]);
  const flags = commands.map(({ name, flags }): Case => [name, completeWords(flags.map((flag) => flag.name))]);
  return `# Completion of grapevine for bash.
_grapevine() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    ${completeWords(commands.map(({ name }) => name))}
    return
  fi
  case "$command $before" in
${arms(values, '; return')}
  esac
  if (( COMP_CWORD == 2 )) && [[ $word != -* ]]; then
    case $command in
${arms(firsts, '')}
    esac
  fi
  (( \${#COMPREPLY[@]} > 0 )) && return
  case $command in
${arms(flags, '')}
  esac
}
complete -F _grapevine grapevine
`;
}

/** A pattern, and what is done then; undefined for nothing. */
type Case = readonly [pattern: string, action: string | undefined];

/** The arms of a \`case\`, one for all patterns with the same action. */
function arms(cases: readonly Case[], end: string): string {
  const patterns = new Map<string, string[]>();
  for (const [pattern, action] of cases) {
    if (action !== undefined) patterns.set(action, [...(patterns.get(action) ?? []), pattern]);
  }
  return [...patterns].map(([action, all]) => `    ${all.join(' | ')}) ${action}${end} ;;`).join('\n');
}

function completeValue(values: Values): string | undefined {
  switch (values.type) {
    case 'none':
      return undefined;
    case 'file':
      return completePath('-f');
    case 'folder':
      return completePath('-d');
    case 'choices':
      return completeWords(values.choices);
    case 'unknown':
      return ':';
  }
}

function completeFirst(first: First): string | undefined {
  switch (first.type) {
    case 'nothing':
      return undefined;
    case 'topic':
      return `COMPREPLY=($(compgen -W "$(grapevine topics 2> /dev/null | cut -d ' ' -f 1)" -- "$word"))`;
    case 'choices':
      return completeWords(first.choices);
  }
}

/** Words without spaces and quotes: names of commands, flags and choices. */
function completeWords(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`;
}

function completePath(kind: '-f' | '-d'): string {
  return `compopt -o filenames 2> /dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen ${kind} -- "$word"))`;
}
