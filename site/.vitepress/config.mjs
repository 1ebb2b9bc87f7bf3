// @ts-check
import { defineConfig } from 'vitepress';

/** The anchor of a heading as GitHub makes it, because the pages are read there, too. @param {string} heading */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

/** @param {string} text @param {string} link */
const page = (text, link) => ({ text, link });

const guides = {
  text: 'Guides',
  items: [
    page('Share a ticket', '/guides/tickets'),
    page('A chat', '/guides/chat'),
    page('Presence', '/guides/presence'),
    page('A shared document', '/guides/shared-document'),
    page('NAT, firewalls, containers', '/guides/nat'),
    page('Running a node', '/guides/node'),
    page('Prometheus', '/guides/prometheus'),
    page('Test your application', '/guides/testing'),
    page('Protocols beside gossip', '/guides/protocols'),
    page('Security', '/guides/security'),
    page('Who and what comes in', '/admission'),
    page('Gossip in a web page', '/guides/web-page'),
    page('Rust nodes, iroh', '/iroh'),
  ],
};

const concepts = {
  text: 'Concepts',
  items: [
    page('HyParView: who knows whom', '/concepts/hyparview'),
    page('PlumTree: how it spreads', '/concepts/plumtree'),
    page('Rooted trees', '/concepts/rooted-trees'),
    page('Glossary', '/glossary'),
    page('Architecture', '/architecture'),
  ],
};

const reference = {
  text: 'Reference',
  items: [
    page('API', '/api/'),
    page('Wire format', '/reference/wire-format'),
    page('Metrics', '/packages/metrics'),
    page('Command line', '/reference/cli'),
    page('Configuration', '/reference/configuration'),
    page('Platforms', '/reference/platforms'),
    page('Weight', '/packages'),
  ],
};

const packages = {
  text: 'Packages',
  collapsed: true,
  items: ['api', 'net', 'iroh', 'web', 'rpc', 'mdns', 'metrics', 'proto', 'postcard', 'sim'].map((name) =>
    page(`@grapevine/${name}`, `/packages/${name}`),
  ),
};

const depth = {
  text: 'In depth',
  collapsed: true,
  items: [
    page('All rules of rooted trees', '/trees'),
    page('Reconciliation', '/reconciliation'),
    page('Reliability, row by row', '/reliability'),
    page('The two modes', '/modes'),
    page('The papers, repeated', '/papers'),
    page('The QUIC driver', '/quic'),
    page('Strangers', '/strangers'),
    page('Worker threads', '/workers'),
    page('Siege', '/siege'),
    page('Soak', '/soak'),
    page('The web transport', '/web'),
    page('Fuzzing beside Rust', '/interop-fuzz'),
    page('Security policy', '/policy/security'),
    page('Contributing', '/policy/contributing'),
  ],
};

const help = {
  text: 'Help',
  items: [page('Troubleshooting', '/troubleshooting'), page('Questions', '/faq'), page('Compare', '/compare')],
};

export default defineConfig({
  title: 'Grapevine',
  description: 'iroh-gossip for TypeScript: one topic, every message to everyone, no server',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '.pages',
  outDir: 'dist',
  cleanUrls: false,
  lastUpdated: false,
  // A dead link fails the build. links.mjs checks the anchors.
  ignoreDeadLinks: false,
  markdown: { theme: { light: 'github-light', dark: 'github-dark' }, anchor: { slugify } },
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      page('Start', '/start'),
      page('Guides', '/guides/tickets'),
      page('Concepts', '/concepts/hyparview'),
      page('Reference', '/api/'),
      page('Compare', '/compare'),
    ],
    sidebar: [
      { text: 'Start', items: [page('A first message', '/start')] },
      guides,
      concepts,
      reference,
      packages,
      depth,
      help,
    ],
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: 'https://github.com/grapevine-gossip/grapevine' }],
    footer: { message: 'MIT OR Apache-2.0' },
  },
});
