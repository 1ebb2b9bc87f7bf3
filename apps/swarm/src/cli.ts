#!/usr/bin/env node
import { interruptible, runMain, stdout } from '@grapevine/cli-kit';
import { Coordinator, type Summary } from './coordinator.js';
import { HELP, parseOptions, type SwarmOptions } from './options.js';
import { createView } from './view.js';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    stdout().put(`${HELP}\n`);
    return;
  }
  const { ok } = await interruptible((signal) => runSwarm(options, signal));
  if (!ok) process.exitCode = 1;
}

/** Runs a swarm and says what came of it; whatever happens, no process of it is left. */
async function runSwarm(options: SwarmOptions, signal: AbortSignal): Promise<Summary> {
  const coordinator = new Coordinator(options, createView(options.json ? process.stderr : process.stdout));
  signal.addEventListener('abort', () => coordinator.interrupt());
  try {
    const summary = await coordinator.run();
    stdout().put(`${options.json ? JSON.stringify(summary) : describe(summary)}\n`);
    return summary;
  } finally {
    await coordinator.stop();
  }
}

function describe(summary: Summary): string {
  const { nodes, lines, expected, delivered, lost, duplicated, p50Ms, p99Ms, hopsMax, seconds, ok } = summary;
  return [
    `${ok ? 'ok' : 'FAILED'}: ${delivered} of ${expected} deliveries (${lines} lines, ${nodes} processes) in ${seconds} s`,
    `lost ${lost}, duplicated ${duplicated}, SHA-256 ${ok ? 'equal everywhere' : 'not equal everywhere'}`,
    `latency p50 ${p50Ms} ms, p99 ${p99Ms} ms, at most ${hopsMax} hops`,
  ].join('\n');
}

await runMain('grapevine-swarm', main);
