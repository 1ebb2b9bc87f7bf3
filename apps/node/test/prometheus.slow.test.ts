import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingProgram } from '../../../test/support/debian.js';
import { NodeProcess, TemporaryFolder } from './node-process.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const missing = missingProgram('prometheus', 'prometheus');
const DEADLINE_MS = 60_000;

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}
const dashboard = JSON.parse(readFileSync(`${docs}grafana/grapevine.json`, 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** A rule and what came of its last evaluation. */
interface Rule {
  readonly name: string;
  /** `unknown` until it has been evaluated. */
  readonly health: string;
  readonly state: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's Prometheus with the example configuration of the docs: other targets, and as fast as a test wants it. */
class Prometheus {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(folder: string, targets: readonly string[]): Promise<Prometheus> {
    cpSync(`${docs}prometheus`, folder, { recursive: true });
    const example = readFileSync(`${folder}/prometheus.yml`, 'utf8');
    const config = example
      .replaceAll('15s', '1s')
      .replace(/( *)- 127\.0\.0\.1:9464\n/, (_, indent) => targets.map((target) => `${indent}- ${target}\n`).join(''));
    expect(config).toContain(targets[2]);
    writeFileSync(`${folder}/prometheus.yml`, config);
    const port = await freePort();
    const args = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn('prometheus', args, { stdio: 'ignore' });
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, child);
    await until('Prometheus is ready', async () => (await fetch(`${prometheus.url}/-/ready`)).ok);
    return prometheus;
  }

  async query(
    expression: string,
  ): Promise<{ readonly metric: Record<string, string>; readonly value: [number, string] }[]> {
    const answer = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { status, data, error } = (await answer.json()) as {
      status: string;
      error?: string;
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  async number(expression: string): Promise<number> {
    return Number((await this.query(expression))[0]?.value[1]);
  }

  async rules(): Promise<Rule[]> {
    const answer = await fetch(`${this.url}/api/v1/rules`);
    const { data } = (await answer.json()) as { data: { groups: { rules: Rule[] }[] } };
    return data.groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** As Grafana fills them in. */
const filledIn = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '10s').replaceAll('$instance', '.*');

describe.skipIf(missing !== undefined)(`Prometheus for real (${missing ?? 'Debian package'})`, () => {
  const folder = new TemporaryFolder();
  const nodes: NodeProcess[] = [];
  let prometheus: Prometheus;
  let endpoint: Endpoint;
  let router: Router;
  let topic: GossipTopic;
  let publishing: NodeJS.Timeout;

  beforeAll(async () => {
    const ticket = async () => nodes[0]?.ticket();
    for (const name of ['a', 'b', 'c']) {
      const join = nodes.length === 0 ? [] : ['--join', (await ticket()) as string];
      const args = [
        '--data',
        folder.join(name),
        '--bind',
        '127.0.0.1:0',
        '--metrics',
        '127.0.0.1:0',
        '--rpc',
        '127.0.0.1:0',
        '--topic',
        'room',
      ];
      nodes.push(new NodeProcess([...args, ...join]));
      await nodes.at(-1)?.logged('up');
    }
    const urls = await Promise.all(nodes.map((node) => node.logged('serving metrics and health')));
    prometheus = await Prometheus.start(
      folder.join('prometheus'),
      urls.map(({ url }) => new URL(url as string).host),
    );

    endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
    const gossip = Gossip.spawn(endpoint);
    router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
    topic = await gossip.subscribe(topicIdFrom('room'), { bootstrap: [(await ticket()) as string] });
    await topic.joined();
    let count = 0;
    publishing = setInterval(() => void topic.broadcast(`message ${count++}`).catch(() => {}), 20);
  });

  afterAll(async () => {
    clearInterval(publishing);
    await router?.shutdown();
    await prometheus?.stop();
    for (const node of nodes) await node[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test('scrapes three nodes', async () => {
    await until('all targets are up', async () => (await prometheus.number('sum(up{job="grapevine"})')) === 3);
  });

  test('sees counters move as messages flow', async () => {
    const delivered = () => prometheus.number('sum(gossip_delivery_hops_count)');
    await until('something is delivered', async () => (await delivered()) > 0);
    const before = await delivered();
    await until('more is delivered', async () => (await delivered()) > before + 50);
    expect(await prometheus.number('min(gossip_neighbors)')).toBeGreaterThan(0);
  });

  test.each(queries)('has data for the panel "%s": %s', async (_, expression) => {
    await until(expression, async () => {
      const result = await prometheus.query(filledIn(expression));
      return result.length > 0 && result.every(({ value }) => Number.isFinite(Number(value[1])));
    });
  });

  test('keeps the number of series while peers come and go', async () => {
    const series = () => prometheus.number('count({__name__=~"gossip_.*"})');
    const before = await series();
    for (let i = 0; i < 20; i++) {
      await using guest = await Endpoint.bind({ address: '127.0.0.1:0' });
      await using gossip = Gossip.spawn(guest);
      const room = await gossip.subscribe(topicIdFrom('room'), { bootstrap: [endpoint.addr()] });
      await room.joined();
    }
    const seen = await prometheus.number('sum(gossip_neighbor_up_total)');
    const scrapes = () => prometheus.number('sum(count_over_time(up[10m]))');
    const scraped = await scrapes();
    await until('three more scrapes', async () => (await scrapes()) >= scraped + 9);
    expect(seen).toBeGreaterThan(0);
    expect(await series()).toBe(before);
  });

  test('fires no alert', async () => {
    let rules: readonly Rule[] = [];
    await until('all rules are evaluated', async () => {
      rules = await prometheus.rules();
      return rules.every(({ health }) => health === 'ok');
    });
    expect(rules).toHaveLength(12);
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });

  test('every metric has HELP and TYPE, and names that promtool likes', async () => {
    const { body } = (await (nodes[0] as NodeProcess).page('/metrics')) as { body: string };
    const names = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name as string));
    for (const name of names) expect(body).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
    for (const [, series] of body.matchAll(/^([a-z_]+)(?:\{| )/gm)) {
      const base = (series as string).replace(/_(bucket|sum|count)$/, '');
      expect(names.has(series as string) || names.has(base), `${series} has a TYPE`).toBe(true);
    }
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
});

describe.skipIf(missing !== undefined)(`the files in docs/prometheus (${missing ?? 'promtool'})`, () => {
  test.each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])('promtool %s %s %s', (...args) => {
    expect(execFileSync('promtool', args, { cwd: `${docs}prometheus`, encoding: 'utf8', stdio: 'pipe' })).toContain(
      'SUCCESS',
    );
  });

  test('the unit tests make every alert fire', () => {
    const alerts = [...readFileSync(`${docs}prometheus/alerts.yml`, 'utf8').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    const tests = readFileSync(`${docs}prometheus/alerts.test.yml`, 'utf8');
    for (const name of alerts) expect(tests).toMatch(new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`));
  });
});
