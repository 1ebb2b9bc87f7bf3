import { StreamResetError } from '../../errors.js';
import type { Connection } from '../../transport/seam.js';
import type { Clock } from '../../util/clock.js';

/**
 * Asks a peer for a sign of life where the transport cannot, as in a browser: gossip refuses every two-way stream, and a refusal is an answer.
 *
 * @returns whether there was one in time
 */
export function refusesStream(connection: Connection, clock: Clock, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(false), timeoutMs);
    void ask(connection).then((isRefused) => {
      timer.cancel();
      resolve(isRefused);
    });
  });
}

/** Never rejects. */
async function ask(connection: Connection): Promise<boolean> {
  try {
    const { send, recv } = await connection.openBi();
    send.write(new Uint8Array(1));
    await recv.read();
    return true;
  } catch (error) {
    return error instanceof StreamResetError;
  }
}
