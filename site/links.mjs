// @ts-check
// Checks that every link and picture of the built site leads somewhere in it, anchors included. It does not follow links to other sites.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** @param {string} dist @returns {string[]} the broken links, each as `PAGE: LINK` */
export function brokenLinks(dist) {
  const files = readdirSync(dist, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  const pages = files.filter((name) => name.endsWith('.html'));
  /** @param {string} html */
  const content = (html) => html.replaceAll(/<script[\s\S]*?<\/script>/g, '');
  const anchors = new Map(
    pages.map((name) => {
      const html = content(readFileSync(join(dist, name), 'utf8'));
      return [name, { html, ids: new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)) }];
    }),
  );
  /** @type {string[]} */
  const broken = [];
  let count = 0;
  for (const [name, { html }] of anchors) {
    for (const [, link = ''] of html.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      if (/^([a-z]+:|\/\/)/.test(link)) continue;
      count++;
      const [path = '', anchor] = link.split('#');
      const clean = decodeURIComponent(path.replace(/\?.*/, ''));
      let target =
        clean === '' ? name : clean.startsWith('/') ? clean.slice(1) : posix.join(posix.dirname(name), clean);
      if (target === '' || target.endsWith('/')) target += 'index.html';
      if (!existsSync(join(dist, target))) broken.push(`${name}: ${link}`);
      else if (anchor && anchors.get(target)?.ids.has(decodeURIComponent(anchor)) === false)
        broken.push(`${name}: ${link}`);
    }
  }
  process.stderr.write(`${pages.length} pages, ${count} links, ${broken.length} of them broken\n`);
  return broken;
}
