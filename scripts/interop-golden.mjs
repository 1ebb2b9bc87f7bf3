// `npm run interop:golden`: regenerates the golden data of packages/sim with the published Rust crate, and fails on any difference.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { readArguments } from './lib/arguments.mjs';
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { root } from './lib/ensure.mjs';

const USAGE = `Regenerates the golden data of packages/sim with the published Rust crate, and fails on any difference.

Usage: npm run interop:golden -- [options]

  --write         replaces the golden data
  --program PATH  runs this build of interop/golden (default: builds it)
  --help          this text

Needs cargo; without it, prints so and does nothing.

Exit code: 0 when the data is the same, replaced or skipped, 1 when it differs, 2 for bad input.`;

const { values: given } = readArguments(USAGE, {
  options: { write: { type: 'boolean', default: false }, program: { type: 'string' } },
});
const golden = join(root, 'packages/sim/test/golden');

function run(command, args, options = {}) {
  const { status, stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return stdout;
}

if (!hasCargo()) {
  process.stdout.write('skipped: cargo is not installed, so the golden data cannot be regenerated\n');
  process.exit(0);
}

const program = given.program ?? buildProgram('golden');

const cases = JSON.parse(readFileSync(join(golden, 'cases.json'), 'utf8'));
const ask = (mode, { name: _, ...fields }) =>
  run(program, [mode, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)]);

/** All files of golden data, by their path, as text. */
const files = new Map();
for (const trace of cases.traces) files.set(`traces/${trace.name}.txt.br`, ask('trace', trace));
const hashes = {};
for (const swarm of cases.hashes) {
  const [events, ...list] = ask('hashes', swarm).trimEnd().split('\n');
  hashes[swarm.name] = { events: Number(events), hashes: list };
}
files.set('hashes.json.br', `${JSON.stringify(hashes)}\n`);
const rounds = cases.rounds.rows.flatMap((row) =>
  cases.rounds.seeds.map((seed) => ({ ...row, seed, ...JSON.parse(ask('rounds', { ...row, seed })) })),
);
files.set('rounds.json.br', `[\n${rounds.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);

if (given.write) {
  rmSync(join(golden, 'traces'), { recursive: true, force: true });
  mkdirSync(join(golden, 'traces'), { recursive: true });
  for (const [path, text] of files) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(join(golden, path), brotliCompressSync(text, { params }));
  }
  process.stdout.write(`golden data: wrote ${files.size} files\n`);
  process.exit(0);
}

const different = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
const superfluous = readdirSync(join(golden, 'traces')).filter((name) => !files.has(`traces/${name}`));
if (different.length > 0 || superfluous.length > 0) {
  const made = mkdtempSync(join(tmpdir(), 'grapevine-golden-'));
  mkdirSync(join(made, 'traces'));
  for (const [path, text] of files) writeFileSync(join(made, path.replace(/\.br$/, '')), text);
  process.stdout.write(
    `FAILED: golden data differs: ${[...different, ...superfluous].join(', ')}; the regenerated files are in ${made}\n`,
  );
  process.exit(1);
}
process.stdout.write(`golden data: all ${files.size} files are what iroh-gossip 0.101.0 gives\n`);

function read(path) {
  try {
    return brotliDecompressSync(readFileSync(join(golden, path))).toString();
  } catch {
    return undefined;
  }
}
