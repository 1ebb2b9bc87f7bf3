// `npm run build`: every package and app, from the cache where nothing has changed.
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt } from './lib/ensure.mjs';

readArguments(`Builds every package and app, and takes from the cache what has not changed. Installs what is missing.

Usage: npm run build`);
ensureBuilt();
