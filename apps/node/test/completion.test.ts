import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES, Playground, TOPIC_CASES } from './completion-playground.js';
import { grapevine } from './node-process.js';

const BASH = `
source <(grapevine completion bash)
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
  _grapevine
  printf '%s\\n' "\${COMPREPLY[@]}" ---
done < "$1"
`;

describe('completion in bash', () => {
  let playground: Playground;
  let offered: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    playground = new Playground();
    await playground.ready();
    offered = playground.words('bash', ['--norc'], BASH);
  });
  afterAll(() => playground[Symbol.asyncDispose]());

  test.each(CASES)('of "grapevine %s"', (line, words) => {
    expect(offered.get(line)).toEqual([...words].sort());
  });

  test('starts the command for topics alone', () => {
    expect(playground.calls()).toEqual(['completion', ...TOPIC_CASES.map(() => 'topics')]);
  });
});

test('for another shell there is none', async () => {
  expect(await grapevine(['completion', 'tcsh'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'grapevine: the shell must be one of bash, zsh, fish, got "tcsh"\n',
  });
});
