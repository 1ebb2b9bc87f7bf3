import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PeerProgram } from './peer-process.js';

/** The Rust program that `npm run interop` builds. `npm run interop:newest` names another one. */
export function rustProgram(): string {
  const { GRAPEVINE_RUST_PEER } = process.env;
  if (GRAPEVINE_RUST_PEER !== undefined) return GRAPEVINE_RUST_PEER;
  const name = process.platform === 'win32' ? 'grapevine-peer.exe' : 'grapevine-peer';
  const path = fileURLToPath(new URL(`../../.cache/interop-target/release/${name}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: "npm run interop" builds it and runs these tests`);
  return path;
}

/** How to start it in one of its modes that take commands. */
export function rustPeer(mode: string, args: readonly string[]): PeerProgram {
  return { label: `rust ${mode}`, file: rustProgram(), args: [mode, ...args] };
}
