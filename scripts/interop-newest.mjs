// `npm run interop:newest`: the Rust programs of interop/ with the newest published crates instead of the pinned ones. Says which
// versions changed, and what differs then: the build, the fuzz, the golden data, the tests against the peer. Behind `--`: some of
// `fuzz golden peer` (default: all). Needs cargo and the registry; says so where one is missing.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCargo, PROGRAMS } from './lib/cargo.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';

const copies = join(root, '.cache/newest');
/** What is tried in its newest version, whatever that is; everything else, in the newest one that promises to be compatible. */
const TRIED = /^(iroh|irpc)/;

const CHECKS = {
  fuzz: (program) => [process.execPath, 'internal/interop-fuzz/dist/cli.js', '--events', '1e6', '--program', program],
  golden: (program) => [process.execPath, 'scripts/interop-golden.mjs', '--program', program],
  peer: () => [process.execPath, 'scripts/test.mjs', '--tier', 'interop', 'test/interop'],
};

const asked = process.argv.slice(2);
const folders = asked.length > 0 ? asked : Object.keys(CHECKS);
const unknown = folders.find((folder) => !Object.hasOwn(CHECKS, folder));
if (unknown !== undefined) {
  process.stderr.write(`there is no ${JSON.stringify(unknown)}, only ${Object.keys(CHECKS).join(', ')}\n`);
  process.exit(2);
}
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

/** What differs with the newest crates. Ends this process when they are out of reach. */
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
    process.stdout.write(`skipped: the newest crates are out of reach:\n${update.stderr.trimEnd()}\n`);
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
  return status === 0 ? 'same' : 'differs, as said above';
}

/** A manifest that takes the newest versions. */
function loosened(text) {
  return text.replace(/^([\w-]+)( = (?:\{ version = )?")=?(\d[^"]*)"/gm, (_, name, middle, version) =>
    TRIED.test(name) ? `${name}${middle}>=${version}"` : `${name}${middle}${version}"`,
  );
}

/** The locked versions by name; of several, the last. */
function versions(folder) {
  const lock = readFileSync(join(folder, 'Cargo.lock'), 'utf8');
  return new Map([...lock.matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].map(([, name, version]) => [name, version]));
}

/** What the compiler says first. */
function errors(stderr) {
  const first = stderr.indexOf('error');
  return stderr.slice(Math.max(0, first)).split('\n').slice(0, 30).join('\n');
}
