import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import {
  inputText,
  MILLISECOND,
  type NetworkConfig,
  outputText,
  type Publication,
  type RoundStats,
  type RoundStatsSummary,
  type ScenarioKind,
  Simulator,
} from '../../src/index.js';
import casesJson from '../golden/cases.json' with { type: 'json' };

/** A line of cases.json. What is left out has its default. The Rust program reads the same fields. */
export interface GoldenCase {
  readonly name: string;
  readonly sim: ScenarioKind;
  readonly nodes: number;
  readonly rounds: number;
  readonly seed: number;
  readonly bootstrapSet?: number;
  readonly staticLatency?: number;
  readonly activeViewCapacity?: number;
  readonly passiveViewCapacity?: number;
  readonly shuffleInterval?: number;
  readonly optimizationThreshold?: number;
  readonly removeAfter?: number;
  readonly rejoinAfter?: number;
}

/** Duration, RMR, LDH, missed. */
type Row = readonly number[];

export interface GoldenRounds {
  readonly sim: ScenarioKind;
  readonly nodes: number;
  readonly seed: number;
  readonly rounds: readonly Row[];
  readonly min: Row;
  readonly max: Row;
  readonly mean: Row;
}

export const cases = casesJson as { readonly traces: readonly GoldenCase[]; readonly hashes: readonly GoldenCase[] };

const read = (path: string): string =>
  brotliDecompressSync(readFileSync(new URL(`../golden/${path}.br`, import.meta.url))).toString();

/** The lines of a trace. */
export const trace = (name: string): string[] => read(`traces/${name}.txt`).trimEnd().split('\n');

export const hashes: Record<string, { readonly events: number; readonly hashes: readonly string[] }> = JSON.parse(
  read('hashes.json'),
);

export const rounds: readonly GoldenRounds[] = JSON.parse(read('rounds.json'));

const stats = ([duration, rmr, ldh, missed]: Row): RoundStats => ({
  duration: duration as number,
  rmr: Math.fround(rmr as number),
  ldh: Math.fround(ldh as number),
  missed: Math.fround(missed as number),
});

/** The expected result of a row of the scenario file. */
export function expectedStats({ rounds: rows, min, max, mean }: GoldenRounds): {
  rounds: RoundStats[];
  summary: RoundStatsSummary;
} {
  const summary = { len: rows.length, min: stats(min), max: stats(max), mean: stats(mean) };
  return { rounds: rows.map(stats), summary };
}

/** The network of a case: 10 to 50 ms unless the latency is static, and the reference's decisions. */
export function networkOf(entry: Partial<GoldenCase>): NetworkConfig {
  const { staticLatency, activeViewCapacity, passiveViewCapacity, shuffleInterval, optimizationThreshold } = entry;
  return {
    latency:
      staticLatency === undefined
        ? { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND }
        : { type: 'static', latency: staticLatency },
    proto: {
      mode: 'reference',
      membership: {
        ...(activeViewCapacity !== undefined && { activeViewCapacity }),
        ...(passiveViewCapacity !== undefined && { passiveViewCapacity }),
        ...(shuffleInterval !== undefined && { shuffleInterval }),
      },
      broadcast: { ...(optimizationThreshold !== undefined && { optimizationThreshold }) },
    },
  };
}

/** Runs a case as interop/golden/src/run.rs does. */
export function runCase(entry: GoldenCase, onLine: (line: string) => void, onEvent: () => void = () => {}): void {
  const { sim, nodes, seed, bootstrapSet, removeAfter, rejoinAfter } = entry;
  const simulator = new Simulator({ seed, nodes, network: networkOf(entry) });
  const { network } = simulator;
  network.observers.push({
    handled(time, peer, event, outputs) {
      onLine(inputText(time, peer, event));
      for (const output of outputs) onLine(outputText(output));
      onEvent();
    },
  });
  simulator.bootstrap(bootstrapSet === undefined ? { type: 'single' } : { type: 'set', count: bootstrapSet });
  let sender = sim === 'GossipSingle' ? simulator.randomPeer() : 0;
  for (let round = 0; round < entry.rounds; round++) {
    if (sim === 'GossipMulti' || (sim === 'GossipSingle' && !network.has(sender))) sender = simulator.randomPeer();
    simulator.broadcastRound(publications(sim, round, sender, network.peers()));
    if (round === removeAfter) {
      simulator.removeRandom(1);
      network.runTrips(3);
    }
    if (round === rejoinAfter) rejoin(simulator);
  }
}

function publications(sim: ScenarioKind, round: number, sender: number, peers: readonly number[]): Publication[] {
  if (sim !== 'GossipAll') return [{ from: sender, content: utf8(`m${round}`) }];
  return peers.map((from) => ({ from, content: utf8(`${round}:0.${from}`) }));
}

function rejoin(simulator: Simulator): void {
  const { network } = simulator;
  const peer = simulator.randomPeer();
  network.command(peer, { type: 'quit' });
  network.runTrips(2);
  let contact = simulator.randomPeer();
  while (contact === peer) contact = simulator.randomPeer();
  network.command(peer, { type: 'join', peers: [contact] });
  network.runTrips(5);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
