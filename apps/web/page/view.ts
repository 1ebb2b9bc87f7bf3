/** Lines that are kept on the page. */
const MAX_LINES = 2_000;
/** Lines that come within so long are laid out together, in milliseconds: to lay out a long page for each line of a burst takes minutes. */
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
  /** Lines that are not on the page yet. */
  readonly #next = document.createDocumentFragment();

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

  /** @param id who it is, whatever the name */
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

  /** An author of earlier lines has another name now. */
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

  members(names: readonly string[]): void {
    this.#members.replaceChildren(
      ...names.map((name) => {
        const item = document.createElement('li');
        item.textContent = name;
        return item;
      }),
    );
  }

  #add(line: HTMLLIElement): void {
    if (this.#next.childElementCount === 0) setTimeout(() => this.#show(), TOGETHER_MS);
    this.#next.append(line);
  }

  #show(): void {
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(this.#next);
    while (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }
}
