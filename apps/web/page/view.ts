/** Lines that are kept on the page. */
const MAX_LINES = 2_000;
/** Lines that come within so many milliseconds are laid out together. A long page that is laid out for each line of a burst takes minutes. */
const TOGETHER_MS = 30;

const element = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
};

/** What is on the page. */
export class View {
  readonly #status = element<HTMLElement>('#status');
  readonly #log = element<HTMLOListElement>('#log');
  readonly #members = element<HTMLUListElement>('#members');
  readonly #say = element<HTMLFormElement>('#say');
  readonly #line = element<HTMLInputElement>('#line');
  readonly #rename = element<HTMLFormElement>('#rename');
  readonly #name = element<HTMLInputElement>('#name');
  readonly #items = new Map<string, HTMLLIElement>();
  /** Whether the end of the log is in sight. If so it stays in sight, also when a phone's keyboard makes the window lower. */
  #isAtEnd = true;
  /** Lines that are not on the page yet. */
  readonly #next = document.createDocumentFragment();

  constructor() {
    const log = this.#log;
    let top = 0;
    log.addEventListener('scroll', () => {
      const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      if (isAtEnd || log.scrollTop < top) this.#isAtEnd = isAtEnd; // only scrolling up leaves the end
      top = log.scrollTop;
    });
    new ResizeObserver(() => this.#showEnd()).observe(log);
  }

  /** Calls back with each line that is typed. */
  onLine(say: (line: string) => void): void {
    this.#say.addEventListener('submit', (event) => {
      event.preventDefault();
      const line = this.#line.value.trim();
      if (line === '') return;
      this.#line.value = '';
      say(line);
    });
  }

  /** Puts back a line that could not be sent, unless the next one is being typed. */
  giveBack(line: string): void {
    this.#line.value ||= line;
  }

  /** Calls back with each name that is chosen. */
  onName(rename: (name: string) => void): void {
    this.#rename.addEventListener('submit', (event) => {
      event.preventDefault();
      rename(this.#name.value.trim());
    });
  }

  set name(name: string) {
    this.#name.value = name;
  }

  /** Lets the user write. */
  open(): void {
    for (const control of [this.#line, this.#say.querySelector('button')]) control?.removeAttribute('disabled');
    this.#line.focus();
  }

  status(state: 'starting' | 'connected' | 'alone' | 'failed', text: string): void {
    this.#status.dataset.state = state;
    this.#status.textContent = text;
  }

  /** @param id - the member's id; names are not unique */
  message(id: string, who: string, text: string, isOwn: boolean): void {
    const line = document.createElement('li');
    line.className = isOwn ? 'message own' : 'message';
    const author = document.createElement('span');
    author.className = 'who';
    author.dataset.id = id;
    author.textContent = who;
    const said = document.createElement('span');
    said.className = 'said';
    said.textContent = text;
    line.append(author, said);
    this.#add(line);
  }

  /** Shows the new name of an author in its earlier lines. */
  renamed(id: string, name: string): void {
    for (const lines of [this.#log, this.#next]) {
      for (const author of lines.querySelectorAll<HTMLElement>('.who')) {
        if (author.dataset.id === id) author.textContent = name;
      }
    }
  }

  notice(text: string): void {
    const line = document.createElement('li');
    line.className = 'notice';
    line.textContent = text;
    this.#add(line);
  }

  /** Shows a member, with this name. */
  member(id: string, name: string): void {
    let item = this.#items.get(id);
    if (!item) {
      item = document.createElement('li');
      this.#items.set(id, item);
      this.#members.append(item);
    }
    if (item.textContent !== name) item.textContent = name;
  }

  gone(id: string): void {
    this.#items.get(id)?.remove();
    this.#items.delete(id);
  }

  #add(line: HTMLLIElement): void {
    if (this.#next.childElementCount === 0) setTimeout(() => this.#show(), TOGETHER_MS);
    this.#next.append(line);
  }

  #show(): void {
    const log = this.#log;
    log.append(this.#next);
    while (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
    this.#showEnd();
  }

  #showEnd(): void {
    if (this.#isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }
}
