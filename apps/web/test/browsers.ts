import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { missingProgram } from '../../../test/support/debian.js';

/** Debian's packages, and the programs in them. */
const BROWSERS = {
  chrome: { package: 'chromium', program: 'chromium' },
  firefox: { package: 'firefox-esr', program: 'firefox-esr' },
} as const;
export type BrowserKind = keyof typeof BROWSERS;

/** Installs a browser if it is missing and we may. @returns why it can't be had; undefined when it is there */
export function missingBrowser(kind: BrowserKind): string | undefined {
  return missingProgram(BROWSERS[kind].program, BROWSERS[kind].package);
}

/** Puppeteer's arguments for Chromium that let tabs in the background run like others. */
const UNTHROTTLED = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/**
 * Starts a browser without a window.
 *
 * @param options.throttled - more arguments for Chromium, which then slows down hidden tabs, as it does for users
 */
export function startBrowser(kind: BrowserKind, options: { throttled?: readonly string[] } = {}): Promise<Browser> {
  const { throttled } = options;
  return puppeteer.launch({
    browser: kind,
    executablePath: `/usr/bin/${BROWSERS[kind].program}`,
    headless: true,
    args: kind === 'chrome' ? ['--no-sandbox', ...(throttled ?? [])] : [],
    ...(throttled && { ignoreDefaultArgs: UNTHROTTLED }),
  });
}

/** A tab in the chat room. */
export class Tab {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string, name: string): Promise<Tab> {
    const page = await browser.newPage();
    await page.setViewport({ width: 1000, height: 700 });
    const tab = new Tab(page);
    await page.goto(url);
    await tab.connected();
    if (name !== '') await tab.rename(name);
    return tab;
  }

  /** Waits until the tab has a neighbor. */
  async connected(): Promise<void> {
    await this.page.waitForSelector('#status[data-state="connected"]', { timeout: 60_000 });
  }

  async rename(name: string): Promise<void> {
    await this.page.$eval('#name', (input, value) => Object.assign(input, { value }), name);
    await this.page.click('#rename button');
  }

  async say(line: string): Promise<void> {
    await this.page.type('#line', line);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until a line is there. */
  async sees(line: string): Promise<void> {
    // As text, because the types of the tests are those of Node.
    const isThere = `[...document.querySelectorAll('.said')].some((said) => said.textContent === ${JSON.stringify(line)})`;
    await this.page.waitForFunction(isThere, { timeout: 60_000 });
  }

  /** Says many lines at once, as fast as the page takes them. */
  async sayAll(lines: readonly string[]): Promise<void> {
    await this.page.evaluate(`{
      const input = document.querySelector('#line');
      for (const line of ${JSON.stringify(lines)}) {
        input.value = line;
        document.querySelector('#say').requestSubmit();
      }
    }`);
  }

  /** Freezes the page, as a browser does with tabs in the background, or resumes it. Chromium only. */
  async freeze(state: 'frozen' | 'active'): Promise<void> {
    const session = await this.page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state });
    await session.detach();
  }

  /** The lines on the page, each as often as it is there. */
  said(): Promise<string[]> {
    return this.page.evaluate("[...document.querySelectorAll('.said')].map((said) => said.textContent)") as Promise<
      string[]
    >;
  }

  /** The number of lines that begin with `beginning`, and the number of different ones. */
  count(beginning: string): Promise<{ readonly all: number; readonly different: number }> {
    return this.page.evaluate(`{
      const texts = [...document.querySelectorAll('.said')].map((said) => said.textContent);
      const lines = texts.filter((text) => text.startsWith(${JSON.stringify(beginning)}));
      ({ all: lines.length, different: new Set(lines).size });
    }`) as Promise<{ all: number; different: number }>;
  }

  /** How many messages the page has told as lost. */
  async lost(): Promise<number> {
    const notices = await this.page.$$eval('.notice', (all) => all.map((notice) => notice.textContent ?? ''));
    return notices.reduce((sum, text) => sum + Number(/^(\d+) messages? (?:is|are) lost/.exec(text)?.[1] ?? 0), 0);
  }

  /** All lines as `who: what`. */
  lines(): Promise<string[]> {
    return this.page.$$eval('.message', (messages) =>
      messages.map((message) => [...message.children].map((part) => part.textContent).join(': ')),
    );
  }

  /** Saves a picture of the page. */
  async picture(name: string): Promise<void> {
    const folder = fileURLToPath(new URL('../../../.cache/pictures/', import.meta.url));
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: `${folder}${name}.png` });
  }
}
