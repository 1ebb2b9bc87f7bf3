import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingProgram } from '../../../test/support/debian.js';
import { runScenario } from '../src/index.js';
import { BROWSER_SCENARIO, BROWSER_SEED } from './helper/browser-scenario.js';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A function of the page, as text: the compiler settings here know Node and no browser. */
const RUN_IN_WORKER = `(source) => new Promise((resolve, reject) => {
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
})`;

/** The kernel, the simulator and the scenario as one script that leaves its result in a global variable. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('./helper/browser-main.ts', import.meta.url));
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['@grapevine/source', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'iife' });
  await build.close();
  return output[0].code;
}

describe('in headless Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    const missing = missingProgram('chromium', 'chromium');
    if (missing !== undefined) throw new Error(`this test ${missing}`);
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
  });

  test('a worker runs 100 nodes with the same result as Node, to the last digit', async () => {
    const code = await bundle();
    const page = await browser.newPage();
    const result = await page.evaluate<string>(`(${RUN_IN_WORKER})(${JSON.stringify(code)})`);
    expect(result).toBe(JSON.stringify(runScenario(BROWSER_SCENARIO, BROWSER_SEED)));
  });
});
