// `npm run build`: every package and app, from the cache where nothing has changed.
import { ensureBuilt } from './lib/ensure.mjs';

ensureBuilt();
