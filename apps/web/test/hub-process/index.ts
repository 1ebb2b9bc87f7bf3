import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('hub.mjs', import.meta.url));

/** A hub in a process of its own, which a test can kill. It runs on the built packages. */
export class HubProcess {
  /** Tickets: of its endpoint for members, of its listener for tabs. */
  readonly member: string;
  readonly web: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, { member, web }: { member: string; web: string }) {
    this.#process = process;
    this.member = member;
    this.web = web;
  }

  /** @param room its name @param others hubs to join */
  static async start(room: string, others: readonly HubProcess[]): Promise<HubProcess> {
    const args = [room, ...others.map(({ member }) => member)];
    const process = fork(PROGRAM, args, { execArgv: [] }); // without the export condition of the tests
    const [tickets] = (await once(process, 'message')) as [{ member: string; web: string }];
    return new HubProcess(process, tickets);
  }

  /** Kills it: it sends nothing more. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
