// @ts-check
// Swarms with a process for each node: starts them, publishes, and measures.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundledMember } from '../lib/bundled-member.mjs';
import { newIdentity } from '../lib/identity.mjs';
import { rustPeer } from '../lib/rust-peer.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const topic = '17'.repeat(32);
/** By then views, meshes and trees have their shape. */
const SETTLE_MS = 4_000;
/** A swarm that delivers nothing for this long has delivered all it will, in milliseconds. */
const QUIET_MS = 5_000;
/** The time between two looks at the deliveries, in milliseconds. */
const LOOK_MS = 100;
/** A publisher that is not done this long after it could have been stands still, in milliseconds. */
const STALL_MS = 60_000;

/** A swarm stands still in the middle of a flood: its publisher waits for ever. */
export class StallError extends Error {}

/**
 * What runs in the processes. `bundled` is ours, made into one file by `bundleMember`. `quic` and `quicRing` are bare nodes on the QUIC binding:
 * along a tree, and with five neighbors each.
 * @typedef {'ours' | 'bundled' | 'rust' | 'gossipsub' | 'bare' | 'quic' | 'quicRing'} Kind
 * @typedef {{ count: number, cpuMs: number, packets: number, turns: number, neighbors: number }} Look
 *   what a process has delivered, used and sent so far, and how many turns its event loop has had; what is not counted is NaN
 */

/** The program of each kind, and its arguments. @type {Record<Kind, readonly [string, readonly string[]]>} */
const PROGRAMS = {
  ours: [process.execPath, [`${here}member.mjs`]],
  bundled: [process.execPath, [bundledMember]],
  bare: [process.execPath, [`${here}bare-member.mjs`]],
  quic: [process.execPath, [`${here}quic-member.mjs`]],
  quicRing: [process.execPath, [`${here}quic-member.mjs`]],
  rust: [rustPeer, ['node', '--show-up-to', '0']],
  gossipsub: [process.execPath, [fileURLToPath(new URL('../gossipsub/member.mjs', import.meta.url))]],
};

/** A node as a process. */
class Member {
  #kind;
  #child;
  /** @type {{ answered: (answer: any) => void, failed: (error: Error) => void }[]} */
  #waiting = [];
  /** How the process ended, once it has. @type {Error | undefined} */
  #ended;
  /** What others need to join it. @type {Promise<string>} */
  ticket;

  /** @param {Kind} kind @param {readonly string[]} flags of Node @param {readonly string[]} more arguments of the program */
  constructor(kind, flags, more) {
    const [program, args] = PROGRAMS[kind];
    this.#kind = kind;
    this.#child = spawn(program, [...(kind === 'rust' ? [] : flags), ...args, ...more], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.ticket = new Promise((resolve, reject) => {
      this.#child.once('exit', (code, signal) => {
        this.#ended = new Error(`a ${kind} process ended with ${signal ?? code}`);
        reject(this.#ended);
        for (const { failed } of this.#waiting.splice(0)) failed(this.#ended);
      });
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        if (!line.includes('"reply"') && !line.includes('"ready"')) return; // the Rust peer prints each delivery
        const answer = JSON.parse(line);
        if (answer.event === 'ready') resolve(answer.ticket);
        else this.#waiting.shift()?.answered(answer);
      });
    });
    this.ticket.catch(() => {});
  }

  /** @param {readonly string[]} tickets */
  join(tickets) {
    return this.#ask(this.#kind === 'rust' ? ['join', topic, ...tickets] : ['join', ...tickets]);
  }

  /** @param {{ messages: number, bytes: number, pauseMs: number }} load @param {number} seed */
  publish({ messages, bytes, pauseMs }, seed) {
    return this.#ask(
      this.#kind === 'rust'
        ? ['broadcast-many', topic, messages, seed, bytes, pauseMs]
        : ['publish', messages, bytes, pauseMs],
    );
  }

  /** @returns {Promise<Look>} */
  async look() {
    if (this.#kind !== 'rust') {
      const answer = await this.#ask(['look']);
      return { ...answer, packets: answer.packets ?? Number.NaN, turns: answer.turns ?? Number.NaN };
    }
    const { count } = await this.#ask(['received', topic]);
    const { neighbors } = await this.#ask(['neighbors', topic]);
    return { count, cpuMs: this.#cpuMs(), packets: Number.NaN, turns: Number.NaN, neighbors: neighbors.length };
  }

  /** Resident memory at this moment, in bytes. */
  get memory() {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]);
  }

  /** Kills the process, which sends nothing more. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  /** @returns a promise that resolves when the process has ended */
  end() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    setTimeout(() => this.#child.kill('SIGKILL'), 5_000).unref();
    return ended;
  }

  /** User and system time; the operating system counts in hundredths of a second. */
  #cpuMs() {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** @param {readonly (string | number)[]} words @returns {Promise<any>} */
  #ask(words) {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.push({
        answered: (answer) => (answer.error ? reject(new Error(answer.error)) : resolve(answer)),
        failed: reject,
      });
      this.#child.stdin.write(`${words.join(' ')}\n`);
    });
  }
}

/**
 * A swarm of processes that has settled.
 * @param {Kind} kind @param {number} nodes @param {readonly string[]} [flags] of Node
 */
export async function startProcesses(kind, nodes, flags = []) {
  if (process.platform !== 'linux') throw new Error('rows with processes read /proc, which Linux has');
  const more = kind === 'quic' || kind === 'quicRing' ? [JSON.stringify(await newIdentity())] : [];
  const members = Array.from({ length: nodes }, () => new Member(kind, flags, more));
  const tickets = await Promise.all(members.map(({ ticket }) => ticket));
  for (const [i, member] of members.entries()) await member.join(bootstrap(kind, tickets, i));
  await sleep(SETTLE_MS);

  let alive = members;
  const looks = () => Promise.all(alive.map((member) => member.look()));
  /** @param {(look: Look) => number} pick @param {readonly Look[]} all */
  const sum = (pick, all) => all.reduce((total, look) => total + pick(look), 0);
  let seed = 0;

  /**
   * Publishes at the first member, and waits until the others have everything.
   * @param {{ messages: number, bytes: number, pauseMs: number }} load @param {number} [lookMs] between two looks
   */
  async function publish(load, lookMs = LOOK_MS) {
    const before = sum(({ count }) => count, (await looks()).slice(1));
    const expected = load.messages * (alive.length - 1);
    const start = performance.now();
    await inTime(members[0]?.publish(load, ++seed), load.messages * load.pauseMs + STALL_MS);
    let got = 0;
    let lastAt = performance.now();
    while (got < expected && performance.now() - lastAt < QUIET_MS) {
      const now = sum(({ count }) => count, (await looks()).slice(1)) - before;
      if (now > got) lastAt = performance.now();
      got = now;
      if (got < expected) await sleep(lookMs);
    }
    return { got, expected, seconds: (lastAt - start) / 1000 };
  }

  return {
    members,
    looks,
    /**
     * Measures what deliveries cost, after a warm-up.
     * @param {{ warmUp: number, messages: number, bytes: number, pauseMs: number }} load
     */
    measure: async ({ warmUp, ...load }) => {
      if (warmUp > 0) await publish({ ...load, messages: warmUp });
      const before = await looks();
      const { got, expected, seconds } = await publish(load);
      const after = await looks();
      return {
        share: got / expected,
        perSecond: got / seconds,
        cpuUs: ((sum(({ cpuMs }) => cpuMs, after) - sum(({ cpuMs }) => cpuMs, before)) * 1000) / got,
        packets: (sum(({ packets }) => packets, after) - sum(({ packets }) => packets, before)) / got,
        memoryMb: members.reduce((total, { memory }) => total + memory, 0) / nodes / 1e6,
      };
    },
    /**
     * Members die, and the first publishes at once. What goes along their branches is lost, before any neighbor has noticed.
     * @param {{ dying: number, load: { messages: number, bytes: number, pauseMs: number }, lookMs: number }} parts `dying`: how many die, counted from the last
     */
    crash: async ({ dying, load, lookMs }) => {
      for (const member of alive.slice(-dying)) member.kill();
      alive = alive.slice(0, -dying);
      const { got, expected, seconds } = await publish(load, lookMs);
      return { share: got / expected, repairMs: seconds * 1000 };
    },
    publish,
    stop: () => Promise.all(alive.map((member) => member.end())),
  };
}

/** @param {Promise<unknown> | undefined} published @param {number} ms @throws StallError when it takes longer */
async function inTime(published, ms) {
  const waited = new AbortController();
  const late = sleep(ms, undefined, { signal: waited.signal }).then(() => {
    throw new StallError(`the publisher was not done after ${ms / 1000} s`);
  });
  late.catch(() => {});
  await Promise.race([published, late]).finally(() => waited.abort());
}

/**
 * The tickets that a node joins through. Ours and the crate's get that of the first node. libp2p nodes find no peers through others, so each
 * gets three. A bare node gets that of its parent, or those with which ten nodes have five neighbors each.
 * @param {Kind} kind @param {readonly string[]} tickets @param {number} i
 */
function bootstrap(kind, tickets, i) {
  if (i === 0) return [];
  switch (kind) {
    case 'ours':
    case 'bundled':
    case 'rust':
      return tickets.slice(0, 1);
    case 'bare':
    case 'quic':
      return [tickets[(i - 1) >> 1] ?? ''];
    case 'quicRing':
      return [1, 2, 5, 8, 9].flatMap((step) => (i >= step ? [tickets[i - step] ?? ''] : []));
    case 'gossipsub':
      return [1, 2, 3].flatMap((step) => (i >= step ? [tickets[i - step] ?? ''] : []));
  }
}
