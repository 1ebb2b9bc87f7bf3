import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runScenario } from '@grapevine/sim';
import { afterAll, describe, expect, test } from 'vitest';
import type { ScenarioResults } from '../src/results.js';
import { CLI, runCli, TemporaryFolder } from './run-cli.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const SMALL = `seeds = [0, 1, 212312388123]
config.latency.dynamic = { min = "10ms", max = "50ms" }

[[scenario]]
sim = "GossipSingle"
nodes = 20
rounds = 4

[[scenario]]
sim = "GossipMulti"
nodes = 20
rounds = 4
bootstrap = { set = { count = 3 } }
[scenario.config.latency]
static = "20ms"

[[scenario]]
sim = "GossipAll"
nodes = 10
rounds = 2
`;

function file(name: string, text: string): string {
  const path = folder.join(name);
  writeFileSync(path, text);
  return path;
}

describe('grapevine-sim run', () => {
  test('prints a table for each scenario and writes its results', () => {
    const out = folder.join('small');
    const { status, stdout, stderr } = runCli('run', file('small.toml', SMALL), '--out', out);
    expect(stderr).toContain('finished GossipSingle-n20-r4 (3 seeds)\n');
    expect(status).toBe(0);
    expect(stdout).toContain('GossipMulti-n20-r4 with 3 seeds');
    expect(stdout).toMatch(/mean +\d+\.\d\d +\d+\.\d\d +0\.00 +\d+ms\n/);
    expect(stdout).toContain('reliability 100.000 %');
    expect(readdirSync(out).sort()).toEqual([
      'GossipAll-n10-r2.results.json',
      'GossipMulti-n20-r4.results.json',
      'GossipSingle-n20-r4.results.json',
    ]);
  });

  test('gives the same numbers with one thread and with two', () => {
    const path = file('threads.toml', SMALL);
    const one = runCli('run', path, '--json', '--threads', '1', '--out', folder.join('one'));
    const two = runCli('run', path, '--json', '--threads', '2', '--out', folder.join('two'));
    expect(two.stdout).toBe(one.stdout);
    expect((JSON.parse(one.stdout) as ScenarioResults[]).map(({ label }) => label)).toEqual([
      'GossipSingle-n20-r4',
      'GossipMulti-n20-r4',
      'GossipAll-n10-r2',
    ]);
  });

  test('runs other seeds, and decides as the reference does, when asked to', () => {
    const path = file('reference.toml', SMALL);
    const args = ['--seed', '7', '--seed', '8', '--reference', '--json', '--out', folder.join('reference')];
    const [single] = JSON.parse(runCli('run', path, ...args).stdout) as [ScenarioResults];
    const network = {
      latency: { type: 'dynamic', min: 10_000_000, max: 50_000_000 },
      proto: { mode: 'reference' },
    } as const;
    const expected = runScenario({ sim: 'GossipSingle', nodes: 20, rounds: 4, network }, 8);
    expect(Object.keys(single.results)).toEqual(['7', '8']);
    expect(single.results['8']).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('reads every setting that the Rust tool writes', () => {
    const path = file(
      'rust.toml',
      `seeds = [0]
[[scenario]]
sim = "GossipMulti"
nodes = 5
bootstrap = "single"
rounds = 1
[scenario.config.latency.dynamic]
min = "10ms"
max = "1s 50ms"
[scenario.config.proto]
max_message_size = 2048
[scenario.config.proto.membership]
active_view_capacity = 4
passive_view_capacity = 20
active_random_walk_length = 5
passive_random_walk_length = 2
shuffle_random_walk_length = 4
shuffle_active_view_count = 2
shuffle_passive_view_count = 3
[scenario.config.proto.membership.shuffle_interval]
secs = 30
nanos = 5
[scenario.config.proto.membership.neighbor_request_timeout]
secs = 0
nanos = 400000000
[scenario.config.proto.broadcast]
optimization_threshold = 6
graft_timeout_1 = { secs = 0, nanos = 90000000 }
graft_timeout_2 = { secs = 0, nanos = 30000000 }
dispatch_timeout = { secs = 0, nanos = 6000000 }
message_cache_retention = { secs = 20, nanos = 0 }
message_id_retention = { secs = 80, nanos = 0 }
cache_evict_interval = { secs = 2, nanos = 0 }
`,
    );
    const { stdout } = runCli('run', path, '--json', '--out', folder.join('rust'));
    const [{ scenario }] = JSON.parse(stdout) as [ScenarioResults];
    expect(scenario.network).toEqual({
      latency: { type: 'dynamic', min: 10_000_000, max: 1_050_000_000 },
      proto: {
        maxMessageSize: 2048,
        membership: {
          activeViewCapacity: 4,
          passiveViewCapacity: 20,
          activeRandomWalkLength: 5,
          passiveRandomWalkLength: 2,
          shuffleRandomWalkLength: 4,
          shuffleActiveViewCount: 2,
          shufflePassiveViewCount: 3,
          shuffleInterval: 30_000_000_005,
          neighborRequestTimeout: 400_000_000,
        },
        broadcast: {
          optimizationThreshold: 6,
          graftTimeout1: 90_000_000,
          graftTimeout2: 30_000_000,
          dispatchTimeout: 6_000_000,
          messageCacheRetention: 20_000_000_000,
          messageIdRetention: 80_000_000_000,
          cacheEvictInterval: 2_000_000_000,
        },
      },
    });
  });

  test('leaves what is finished on disk when it is interrupted', async () => {
    const long = `${SMALL}\n[[scenario]]\nsim = "GossipMulti"\nnodes = 1000\nrounds = 100000\n`;
    const out = folder.join('interrupted');
    const child = spawn(process.execPath, [CLI, 'run', file('long.toml', long), '--threads', '1', '--out', out]);
    child.stderr.setEncoding('utf8');
    const exit = once(child, 'exit');
    let said = '';
    for await (const text of child.stderr) {
      said += String(text);
      if (said.includes('finished GossipAll') && !child.killed) child.kill('SIGINT');
    }
    expect(await exit).toEqual([130, null]);
    expect(said).toContain('interrupted');
    expect(readdirSync(out)).toHaveLength(3);
    for (const name of readdirSync(out))
      expect(() => JSON.parse(readFileSync(folder.join('interrupted', name), 'utf8'))).not.toThrow();
    expect(existsSync(folder.join('interrupted', 'GossipMulti-n1000-r100000.results.json'))).toBe(false);
  });
});
