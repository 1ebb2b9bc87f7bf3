import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingProgram } from '../../../test/support/debian.js';
import { CASES, Playground, TOPIC_CASES } from './completion-playground.js';

const FISH = `
grapevine completion fish | source
while read --local line
  complete -C "$line"
  echo ---
end < $argv[1]
`;

// An interactive zsh on a terminal of its own, whose matches go through a pipe as they are added.
const ZSH = `
zmodload zsh/zpty
mkfifo ../found
exec 4<>../found
cat > ../interactive <<'END'
PROMPT=
exec 5>../found
autoload -Uz compinit
compinit -u -D
source <(grapevine completion zsh)
setopt no_auto_list no_auto_menu no_beep
compadd() {
  if (( \${@[(I)-[OAD]]} )); then builtin compadd "$@"; return; fi
  local -a matches
  builtin compadd -A matches "$@"
  (( $#matches )) && print -rl -u 5 -- $matches
  builtin compadd "$@"
}
finish() { print -u 5 end; comppostfuncs=(finish) }
comppostfuncs=(finish)
bindkey '^I' complete-word
print -u 5 ready
END
zpty shell 'zsh -f -i'
zpty -w shell 'source ../interactive'
read -r -u 4 ready
for line in "\${(@f)$(<$1)}"; do
  zpty -w -n shell $'\\C-u'"$line"$'\\t'
  while read -r -u 4 word && [[ $word != end ]]; do print -r -- $word; done
  print -r -- ---
done
zpty -d shell
`;

const SHELLS = [
  { shell: 'fish', args: ['--no-config'], script: FISH, missing: missingProgram('fish', 'fish') },
  { shell: 'zsh', args: ['-f'], script: ZSH, missing: missingProgram('zsh', 'zsh') },
];

describe.each(SHELLS)('completion in $shell', ({ shell, args, script, missing }) => {
  describe.skipIf(missing !== undefined)(missing ?? 'for real', () => {
    let playground: Playground;
    let offered: ReadonlyMap<string, readonly string[]>;
    beforeAll(async () => {
      playground = new Playground();
      await playground.ready();
      offered = playground.words(shell, args, script);
    });
    afterAll(() => playground[Symbol.asyncDispose]());

    test.each(CASES)('of "grapevine %s"', (line, words) => {
      expect(offered.get(line)).toEqual([...words].sort());
    });

    test('starts the command for topics alone', () => {
      expect(playground.calls()).toEqual(['completion', ...TOPIC_CASES.map(() => 'topics')]);
    });
  });
});
