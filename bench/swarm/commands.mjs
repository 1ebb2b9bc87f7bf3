// @ts-check
// A member of a swarm of processes takes the commands of processes.mjs on stdin, and answers each with a JSON line on stdout.

/**
 * Answers commands until stdin ends, and exits then.
 * @param {string} ticket what others need to find this member
 * @param {{
 *   join: (tickets: readonly string[]) => unknown,
 *   send: (messages: number, bytes: number, pauseMs: number) => Promise<unknown>,
 *   look: () => { count: number, packets: number | null, neighbors: number },
 * }} member
 */
export async function obey(ticket, { join, send, look }) {
  const say = (/** @type {object} */ answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ event: 'ready', ticket });
  for await (const line of lines()) {
    const [verb, ...args] = line.split(' ');
    switch (verb) {
      case 'join':
        await join(args);
        say({ reply: verb });
        break;
      case 'publish': {
        const [messages = 0, bytes = 0, pauseMs = 0] = args.map(Number);
        void send(messages, bytes, pauseMs).then(() => say({ reply: verb }));
        break;
      }
      case 'look': {
        const { user, system } = process.cpuUsage();
        const turns = performance.nodeTiming.uvMetricsInfo?.loopCount;
        say({ reply: verb, ...look(), cpuMs: (user + system) / 1000, turns });
        break;
      }
    }
  }
  process.exit();
}

/** The lines of stdin. `node:readline` takes half a megabyte, which rows would count as the member's. */
async function* lines() {
  let rest = '';
  for await (const text of process.stdin.setEncoding('utf8')) {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
