import { spawn } from 'node:child_process';
import { root } from './ensure.mjs';

/** Runs a script with Node, and ends with its exit code. Ctrl-C reaches it, because it is in this process group. */
export function execNode(args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const ignore = () => {};
  process.on('SIGINT', ignore);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
    process.off('SIGINT', ignore);
  });
}
