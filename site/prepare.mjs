// @ts-check
// Writes the pages of the site: docs/, the READMEs of packages and commands, the output of commands, and the API from TSDoc.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = dirname(fileURLToPath(import.meta.url));
const root = dirname(site);
export const PAGES = join(site, '.pages');
const REPOSITORY = 'https://github.com/grapevine-gossip/grapevine/blob/main';

/** Pages outside docs/, and their paths on the site. */
const MOVED = new Map([
  ['SECURITY.md', 'policy/security.md'],
  ['CONTRIBUTING.md', 'policy/contributing.md'],
  ['apps/node/README.md', 'reference/commands/grapevine.md'],
  ['apps/sim/README.md', 'reference/commands/grapevine-sim.md'],
  ['apps/chat/README.md', 'reference/commands/grapevine-chat.md'],
  ['apps/web/README.md', 'reference/commands/web.md'],
  ...readdirSync(join(root, 'packages')).map(
    (name) => /** @type {[string, string]} */ ([`packages/${name}/README.md`, `packages/${name}.md`]),
  ),
]);

/** Every page, by its path from the root of the repository, and its path on the site. */
function sources() {
  const docs = readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => posix.join('docs', String(name).replaceAll('\\', '/')))
    .filter((path) => statSync(join(root, path)).isFile());
  const all = new Map(docs.map((path) => [path, path.slice('docs/'.length)]));
  for (const [from, to] of MOVED) if (existsSync(join(root, from))) all.set(from, to);
  return all;
}

/**
 * A link of a page as it is on the site. A link to what is no page of the site leads to the repository.
 * @param {string} link @param {string} page @param {Map<string, string>} all
 */
function relinked(link, page, all) {
  if (/^([a-z]+:|#|\/)/.test(link)) return link;
  const [path = '', anchor = ''] = link.split(/(?=#)/);
  const target = posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  const known = [target, `${target}/README.md`].map((each) => all.get(each)).find((each) => each !== undefined);
  if (known === undefined || !/\.(md|svg|png)$/.test(known)) {
    if (!existsSync(join(root, target))) throw new Error(`${page} links to ${link}, which does not exist`);
    return `${REPOSITORY}/${target}${anchor}`;
  }
  const here = posix.dirname(all.get(page) ?? '');
  const from = posix.relative(here, known);
  return `${from.startsWith('.') ? from : `./${from}`}${anchor}`;
}

/** The output of a command, for pages that say `<!-- printed by: grapevine run --help -->`. @param {string} command */
function printedBy(command) {
  const [name = '', ...args] = command.split(' ');
  const env = { ...process.env, COLUMNS: '100' };
  return `\`\`\`text\n${execFileSync(join(root, 'node_modules/.bin', name), args, { encoding: 'utf8', env }).trimEnd()}\n\`\`\`\n`;
}

/** The text of a page as it is on the site. @param {string} text @param {string} page @param {Map<string, string>} all */
function onTheSite(text, page, all) {
  return text
    .replaceAll(/<!-- printed by: .*? -->\n(?=```)/g, '') // the page has the output already
    .replaceAll(/<!-- printed by: (.*?) -->/g, (_, command) => printedBy(command))
    .replaceAll(/<!-- (background|hears|elsewhere): .*? -->\n/g, '')
    .replaceAll(/(!?\[[^\]]*\]\()([^)\s]+)\)/g, (_, before, link) => `${before}${relinked(link, page, all)})`);
}

/** A page with a table of six columns or more has no list of its headings beside it. */
const WIDE_TABLE = /^\|(?:[^|\n]*\|){6,}$/m;

/** The front matter of a page, for VitePress. @param {string} text */
function headOf(text) {
  return !text.startsWith('---') && WIDE_TABLE.test(text) ? '---\naside: false\n---\n\n' : '';
}

/** Writes all pages but the API. */
export function writePages() {
  const all = sources();
  for (const [from, to] of all) {
    const target = join(PAGES, to);
    mkdirSync(dirname(target), { recursive: true });
    if (!from.endsWith('.md')) {
      cpSync(join(root, from), target);
      continue;
    }
    const text = onTheSite(readFileSync(join(root, from), 'utf8'), from, all);
    writeFileSync(target, `${headOf(text)}${text}`);
  }
  mkdirSync(join(PAGES, 'public'), { recursive: true });
  cpSync(join(root, 'docs/figures/swarm.svg'), join(PAGES, 'public/swarm.svg'));
}

/** Writes the API of all packages, a page for each entry point. */
export function writeApi() {
  const entries = readdirSync(join(root, 'packages')).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    return Object.values(exports).flatMap((entry) => {
      const source = typeof entry === 'object' && (entry['@grapevine/source'] ?? entry.node?.['@grapevine/source']);
      return source ? [relative(site, join(root, 'packages', name, source))] : [];
    });
  });
  const config = {
    entryPoints: entries.map((path) => path.replaceAll('\\', '/')),
    tsconfig: './tsconfig.json',
    plugin: ['typedoc-plugin-markdown'],
    out: '.pages/api',
    router: 'module',
    readme: 'none',
    entryFileName: 'index',
    githubPages: false,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    useHTMLAnchors: true,
    parametersFormat: 'table',
    propertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    skipErrorChecking: true,
    logLevel: 'Error',
    sanitizeComments: true,
  };
  writeFileSync(join(site, '.typedoc.json'), JSON.stringify(config));
  const typedoc = join(site, 'node_modules/typedoc/bin/typedoc');
  const { status } = spawnSync(process.execPath, [typedoc, '--options', '.typedoc.json'], {
    cwd: site,
    stdio: 'inherit',
  });
  rmSync(join(site, '.typedoc.json'));
  if (status !== 0) throw new Error('typedoc failed');
  renameModules();
}

/** Renames modules after their entry points: TypeDoc calls `@grapevine/net/leaf` by its folder, `net/src/gossip/leaf`. */
function renameModules() {
  const api = join(PAGES, 'api');
  const files = readdirSync(api, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md') && name !== 'index.md');
  const renamed = new Map(
    files.map((name) => [
      name,
      name.replace(/\/src(?:\/(?:.*\/)?([^/]*))?\.md$/, (_, sub) => `${sub ? `-${sub}` : ''}.md`),
    ]),
  );
  for (const [from, to] of renamed) {
    const text = readFileSync(join(api, from), 'utf8')
      .replace(/^# .*/, `# @grapevine/${to.replace('-', '/').replace('.md', '')}`)
      .replaceAll(/\]\(([^)#\s]*\.md)/g, (whole, link) => {
        const target = renamed.get(posix.normalize(posix.join(posix.dirname(from), link)));
        return target ? `](./${target}` : whole;
      });
    rmSync(join(api, from));
    writeFileSync(join(api, to), text);
  }
  for (const [from] of renamed) rmSync(join(api, from.split('/')[0] ?? ''), { recursive: true, force: true });
  const list = [...renamed.values()]
    .sort()
    .map((file) => `- [@grapevine/${file.replace('-', '/').replace('.md', '')}](./${file})`);
  writeFileSync(
    join(api, 'index.md'),
    `# API\n\nEvery export of every package, from the comments in its source. Applications begin with [@grapevine/api](./api.md).\n\n${list.join('\n')}\n`,
  );
}
