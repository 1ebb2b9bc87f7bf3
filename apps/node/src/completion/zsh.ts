import type { CompletedCommand, First, Flag } from './model.js';

/** A completion script for zsh: a function file, or something to source. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef grapevine
# Completion of grapevine for zsh.
_grapevine_topics() {
  [[ $PREFIX == -* ]] && return 1 # a flag is being typed
  local -a topics
  topics=(\${(f)"$(grapevine topics 2> /dev/null | cut -d ' ' -f 1)"})
  compadd -a topics
}

_grapevine() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${literal(`${name}:${escaped(summary, ':')}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}

if [[ $funcstack[1] == _grapevine ]]; then _grapevine "$@"; else compdef _grapevine grapevine; fi
`;
}

function commandCase({ name, first, flags }: CompletedCommand): string {
  const specs = [...flags.map(flagSpec), ...firstSpec(first)].map(literal);
  return `    ${name})
      _arguments \\
        ${specs.join(' \\\n        ')}
      ;;`;
}

/** See `_arguments` in zshcompsys(1): `--flag[help]:what:action`. */
function flagSpec({ name, metavar, help, isRepeatable, values }: Flag): string {
  const start = `${isRepeatable ? '*' : ''}${name}[${escaped(help, '[]:')}]`;
  const what = escaped(metavar, ':');
  switch (values.type) {
    case 'none':
      return start;
    case 'file':
      return `${start}:${what}:_files`;
    case 'folder':
      return `${start}:${what}:_files -/`;
    case 'choices':
      return `${start}:${what}:(${values.choices.join(' ')})`;
    case 'unknown':
      return `${start}:${what}: `;
  }
}

function firstSpec(first: First): string[] {
  switch (first.type) {
    case 'nothing':
      return [];
    case 'topic':
      return ['1:TOPIC:_grapevine_topics'];
    case 'choices':
      return [`1:one of these:(${first.choices.join(' ')})`];
  }
}

/** A text in which these characters, and the backslash, stand for themselves. */
function escaped(text: string, characters: string): string {
  return [...text].map((char) => (char === '\\' || characters.includes(char) ? `\\${char}` : char)).join('');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
