import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Latencies } from './latencies.js';
import { hashLines } from './lines.js';
import type { SwarmOptions } from './options.js';
import type { Order, Report, Status } from './protocol.js';
import type { Progress, Row, View } from './view.js';

/** What `--json` prints. */
export interface Summary {
  readonly nodes: number;
  readonly lines: number;
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly hopsMax: number;
  readonly seconds: number;
  readonly ok: boolean;
}

/** Without a single new delivery for this long, what is missing counts as lost. */
const STALL_MS = 20_000;
/** How long processes may take to come up and find each other. */
const JOIN_MS = 60_000;

const NOTHING: Status = { neighbors: 0, lines: 0, duplicated: 0, redundant: 0, hops: 0, p50Ms: 0, p99Ms: 0 };

type Result = Report & { readonly type: 'result' };

/** One process and the last it has said. */
class Member {
  readonly name: string;
  readonly process: ChildProcess;
  readonly exited: Promise<void>;
  status: Status = NOTHING;
  killed = false;
  readonly #waiting = new Map<Report['type'], (report: Report) => void>();

  constructor(index: number, onStatus: () => void, onFailure: (message: string) => void) {
    this.name = index === 0 ? 'publisher' : `member ${index}`;
    this.process = fork(fileURLToPath(new URL('./member.js', import.meta.url)), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => {
        resolve();
        if (!this.killed && code !== 0) onFailure(`${this.name} ended with ${signal ?? `exit code ${code}`}`);
      });
    });
    this.process.on('message', (report: Report) => {
      if (report.type === 'failed') onFailure(`${this.name}: ${report.message}`);
      if (report.type === 'status' || report.type === 'result') {
        this.status = report.status;
        onStatus();
      }
      this.#waiting.get(report.type)?.(report);
    });
  }

  /** One that has just ended hears nothing any more; its exit says the rest. */
  tell(order: Order): void {
    if (this.process.connected) this.process.send(order, () => {});
  }

  /** The next report of a type. */
  hear<T extends Report['type']>(type: T): Promise<Report & { type: T }> {
    return new Promise((resolve) => this.#waiting.set(type, (report) => resolve(report as Report & { type: T })));
  }

  kill(): void {
    this.killed = true;
    this.process.kill('SIGKILL');
  }
}

/** Starts the processes of a swarm, follows them, and sums up. */
export class Coordinator {
  readonly #options: SwarmOptions;
  readonly #view: View;
  readonly #members: Member[] = [];
  #lastProgress = performance.now();
  #delivered = 0;
  #done: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(options: SwarmOptions, view: View) {
    this.#options = options;
    this.#view = view;
  }

  /**
   * Runs until every line has arrived, or nothing moves any more. The processes live on until {@link Coordinator.stop}.
   *
   * @throws Error when a process fails or the swarm does not come together
   */
  run(): Promise<Summary> {
    const failure = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    failure.catch(() => {});
    return Promise.race([this.#run(), failure]);
  }

  /** Makes {@link Coordinator.run} reject. */
  interrupt(): void {
    this.#fail(new Error('interrupted'));
  }

  /** Tells all processes to leave, and kills those that have not after a while. */
  async stop(): Promise<void> {
    for (const member of this.#members) member.tell({ type: 'leave' });
    const timeout = setTimeout(() => {
      for (const member of this.#members) member.kill();
    }, 8_000);
    await Promise.all(this.#members.map((member) => member.exited));
    clearTimeout(timeout);
  }

  async #run(): Promise<Summary> {
    const { file, rate, size, nodes, lines } = this.#options;
    this.#view.say(`starting ${nodes} processes to deliver ${lines.length} lines of ${file}`);
    const publisher = await within(JOIN_MS, 'the processes did not find each other', this.#start());
    const begin = performance.now();
    const finished = this.#finished();
    publisher.tell({ type: 'publish', file, rate, size });
    await finished;
    const seconds = (performance.now() - begin) / 1000;
    const receivers = this.#receivers().filter((member) => !member.killed);
    const results = await Promise.all(
      receivers.map((member) => {
        const result = member.hear('result');
        member.tell({ type: 'report' });
        return result;
      }),
    );
    this.#view.end(this.#progress());
    return this.#summarize(results, seconds);
  }

  async #start(): Promise<Member> {
    for (let i = 0; i < this.#options.nodes; i++) {
      this.#members.push(
        new Member(
          i,
          () => this.#onStatus(),
          (message) => this.#fail(new Error(message)),
        ),
      );
    }
    const ready = await Promise.all(this.#members.map((member) => member.hear('ready')));
    const joined = Promise.all(this.#members.map((member) => member.hear('joined')));
    const ticket = ready[0]?.ticket;
    for (const [i, member] of this.#members.entries()) {
      member.tell({ type: 'join', ticket: i === 0 ? undefined : ticket, lines: this.#options.lines.length });
    }
    await joined;
    this.#view.say(`all have joined through ${ticket}`);
    return this.#members[0] as Member;
  }

  /** Settles when everybody has everything, or nothing moves any more. */
  #finished(): Promise<void> {
    return new Promise((resolve) => {
      const stalled = setInterval(() => {
        if (performance.now() - this.#lastProgress > STALL_MS) this.#done();
      }, 500).unref(); // the processes keep this one alive; when they are gone, nobody waits any more
      this.#done = () => {
        clearInterval(stalled);
        resolve();
      };
    });
  }

  #onStatus(): void {
    const progress = this.#progress();
    const moved = progress.delivered + (this.#members[0]?.status.lines ?? 0);
    if (moved > this.#delivered) this.#lastProgress = performance.now();
    this.#delivered = moved;
    this.#killOne();
    this.#view.show(progress);
    if (progress.delivered >= progress.expected && this.#published() === this.#options.lines.length) this.#done();
  }

  #killOne(): void {
    if (!this.#options.killOne || this.#published() < this.#options.lines.length / 2) return;
    const victim = this.#members[Math.ceil(this.#members.length / 2)];
    if (!victim || this.#members.some((member) => member.killed)) return;
    victim.kill();
    this.#view.say(`killed ${victim.name} after ${this.#published()} lines`);
  }

  #published(): number {
    return this.#members[0]?.status.lines ?? 0;
  }

  #receivers(): Member[] {
    return this.#members.slice(1);
  }

  #expected(): number {
    return this.#receivers().filter((member) => !member.killed).length * this.#options.lines.length;
  }

  #progress(): Progress {
    const total = this.#options.lines.length;
    const rows = this.#members.map((member, i): Row => {
      const complete = member.status.lines === total;
      const state = member.killed ? 'killed' : complete ? 'complete' : i === 0 ? 'publishing' : 'receiving';
      return { ...member.status, name: member.name, state };
    });
    const delivered = rows.slice(1).reduce((sum, row) => (row.state === 'killed' ? sum : sum + row.lines), 0);
    return { rows, delivered, expected: this.#expected() };
  }

  #summarize(results: readonly Result[], seconds: number): Summary {
    const { lines, nodes } = this.#options;
    const sha256 = hashLines(lines);
    const latencies = new Latencies();
    for (const result of results) latencies.addAll(result.latencies);
    const sum = (pick: (status: Status) => number) => results.reduce((total, { status }) => total + pick(status), 0);
    const expected = this.#expected();
    const delivered = sum((status) => status.lines);
    const duplicated = sum((status) => status.duplicated);
    return {
      nodes,
      lines: lines.length,
      expected,
      delivered,
      lost: expected - delivered,
      duplicated,
      p50Ms: round(latencies.percentile(0.5)),
      p99Ms: round(latencies.percentile(0.99)),
      hopsMax: Math.max(0, ...results.map(({ status }) => status.hops)),
      seconds: round(seconds),
      ok: delivered === expected && duplicated === 0 && results.every((result) => result.sha256 === sha256),
    };
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function within<T>(ms: number, problem: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${problem} within ${ms / 1000} s`)), ms).unref(); // as above
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
