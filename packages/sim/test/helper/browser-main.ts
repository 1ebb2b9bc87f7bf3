import { runScenario } from '../../src/index.js';
import { BROWSER_SCENARIO, BROWSER_SEED } from './browser-scenario.js';

// The entry of the bundle that browser.slow.test.ts runs in a worker.
declare const self: { postMessage(message: string): void };

self.postMessage(JSON.stringify(runScenario(BROWSER_SCENARIO, BROWSER_SEED)));
