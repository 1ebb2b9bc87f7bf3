// `npm run web`: two hubs and the chat room as a web page. Options after `--`; see `npm run web -- --help`.
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
execNode(['apps/web/dist/cli.js', ...process.argv.slice(2)]);
