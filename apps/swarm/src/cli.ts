#!/usr/bin/env node
import { runMain } from '@grapevine/cli-kit';
import { Coordinator, type Summary } from './coordinator.js';
import { HELP, parseOptions, type SwarmOptions } from './options.js';
import { createView } from './view.js';

/** Ctrl-C ends the children first; the shell's convention for "ended by SIGINT". */
const EXIT_INTERRUPTED = 130;

async function main(options: SwarmOptions): Promise<number> {
  const coordinator = new Coordinator(options, createView(options.json ? process.stderr : process.stdout));
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
    process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED)); // a second one does not wait
    coordinator.interrupt();
  });
  try {
    const summary = await coordinator.run();
    process.stdout.write(`${options.json ? JSON.stringify(summary) : describe(summary)}\n`);
    return summary.ok ? 0 : 1;
  } catch (error) {
    if (interrupted) return EXIT_INTERRUPTED; // whatever failed then, failed because of it
    throw error;
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

await runMain('grapevine-swarm', async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options) process.exitCode = await main(options);
  else process.stdout.write(`${HELP}\n`);
});
