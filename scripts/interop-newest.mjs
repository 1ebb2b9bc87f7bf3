// `npm run interop:newest`: the Rust programs of interop/ with the newest published crates instead of the pinned ones.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { hasCargo, PROGRAMS } from './lib/cargo.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';

const copies = join(root, '.cache/newest');
/** Crates that are tried in their newest version, compatible or not. The others are tried in their newest compatible version. */
const TRIED = /^(iroh|irpc)/;

const CHECKS = {
  fuzz: (program) => [process.execPath, 'internal/interop-fuzz/dist/cli.js', '--events', '1e6', '--program', program],
  golden: (program) => [process.execPath, 'scripts/interop-golden.mjs', '--program', program],
  peer: () => [process.execPath, 'scripts/test.mjs', '--tier', 'interop', 'test/interop'],
};

const USAGE = `Builds the Rust programs of interop/ with the newest published crates instead of the pinned ones. Prints which versions
changed, and whether the build, the fuzz, the golden data or the tests against the peer differ.

Usage: npm run interop:newest -- [NAME…]

  NAME    ${Object.keys(CHECKS).join(', ')} (default: all)
  --help  this text

Needs cargo and the registry of crates; without them, prints so and does nothing.

Exit code: 0 when nothing differs or it was skipped, 1 when something differs, 2 for bad input.`;

const { positionals: asked, fail } = readArguments(USAGE, { allowPositionals: true });
const folders = asked.length > 0 ? asked : Object.keys(CHECKS);
const unknown = folders.find((folder) => !Object.hasOwn(CHECKS, folder));
if (unknown !== undefined) fail(`there is no ${JSON.stringify(unknown)}, only ${Object.keys(CHECKS).join(', ')}`);
if (!hasCargo()) {
  process.stdout.write('skipped: the newest crates, because cargo is not installed\n');
  process.exit(0);
}
ensureBuilt();

let different = 0;
for (const folder of folders) {
  const verdict = tryNewest(folder);
  if (verdict !== 'same') different++;
  process.stdout.write(`=== ${folder}: ${verdict}\n`);
}
process.exitCode = different === 0 ? 0 : 1;

/** @returns what differs with the newest crates. Ends this process when cargo cannot fetch them. */
function tryNewest(folder) {
  const copy = join(copies, folder);
  const target = join(copies, 'target');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, 'interop', folder), copy, { recursive: true });
  const before = versions(copy);
  const manifest = join(copy, 'Cargo.toml');
  writeFileSync(manifest, loosened(readFileSync(manifest, 'utf8')));

  const update = spawnSync('cargo', ['update'], { cwd: copy, encoding: 'utf8' });
  if (update.status !== 0) {
    process.stdout.write(`skipped: cargo cannot fetch the newest crates:\n${update.stderr.trimEnd()}\n`);
    process.exit(0);
  }
  const list = [...versions(copy)].flatMap(([name, version]) => {
    const pinned = before.get(name);
    if (pinned !== undefined && pinned !== version) return [`${name} ${pinned} → ${version}`];
    return TRIED.test(name) ? [`${name} ${version}`] : [];
  });
  process.stdout.write(`=== ${folder}: ${list.join(', ')}\n`);

  const env = { ...process.env, CARGO_TARGET_DIR: target };
  const build = spawnSync('cargo', ['build', '--release', '--quiet'], { cwd: copy, env, encoding: 'utf8' });
  if (build.status !== 0) return `does not build:\n${errors(build.stderr)}`;

  const program = join(target, 'release', PROGRAMS[folder].name);
  const [command, ...args] = CHECKS[folder](program);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, GRAPEVINE_RUST_PEER: program },
  });
  return status === 0 ? 'same' : 'differs, see above';
}

/** The manifest without its exact versions. */
function loosened(text) {
  return text.replace(/^([\w-]+)( = (?:\{ version = )?")=?(\d[^"]*)"/gm, (_, name, middle, version) =>
    TRIED.test(name) ? `${name}${middle}>=${version}"` : `${name}${middle}${version}"`,
  );
}

/** The locked version of each crate; of several, the last. */
function versions(folder) {
  const lock = readFileSync(join(folder, 'Cargo.lock'), 'utf8');
  return new Map([...lock.matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].map(([, name, version]) => [name, version]));
}

/** The compiler's first errors. */
function errors(stderr) {
  const first = stderr.indexOf('error');
  return stderr.slice(Math.max(0, first)).split('\n').slice(0, 30).join('\n');
}
