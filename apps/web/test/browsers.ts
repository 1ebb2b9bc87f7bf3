import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** Where Debian's packages `chromium` and `firefox-esr` put them. */
const PROGRAMS = { chrome: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' } as const;
export type BrowserKind = keyof typeof PROGRAMS;

/** Why a browser can not be tried here; undefined if it can. */
export function missing(kind: BrowserKind): string | undefined {
  return existsSync(PROGRAMS[kind]) ? undefined : `${PROGRAMS[kind]} is not installed`;
}

/** Starts a browser without a window. */
export function startBrowser(kind: BrowserKind): Promise<Browser> {
  return puppeteer.launch({
    browser: kind,
    executablePath: PROGRAMS[kind],
    headless: true,
    args: kind === 'chrome' ? ['--no-sandbox'] : [],
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
    await this.page.waitForFunction(
      (text) => [...document.querySelectorAll('.said')].some((said) => said.textContent === text),
      { timeout: 60_000 },
      line,
    );
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
