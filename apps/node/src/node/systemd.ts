import { spawn } from 'node:child_process';
import type { Logger } from '@grapevine/net';

/** Of the time after which systemd takes us for dead, we say that we live this often. */
const PINGS = 3;

/**
 * Tells systemd again and again that the event loop goes round, where it wants to know (`WatchdogSec=` with `NotifyAccess=all`).
 *
 * Node can't write to the socket that systemd listens on (Unix datagrams), so systemd's own `systemd-notify` does.
 *
 * @returns stops it
 */
export function pingSystemd(environment: NodeJS.ProcessEnv, logger: Logger): () => void {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  const everyMs = Number(WATCHDOG_USEC) / 1_000 / PINGS;
  const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  if (!NOTIFY_SOCKET || !(everyMs > 0) || !isForUs) return () => {};
  const ping = () => {
    const child = spawn('systemd-notify', ['WATCHDOG=1'], { stdio: 'ignore' });
    child.on('error', (error) => {
      logger.error(
        { error: error.message },
        'systemd wants to know that we live, and systemd-notify could not tell it',
      );
    });
    child.unref();
  };
  ping();
  const timer = setInterval(ping, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
