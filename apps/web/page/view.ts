/** Lines that are kept on the page. */
const MAX_LINES = 2_000;

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

  /** Who has spoken before has a name now. */
  renamed(id: string, name: string): void {
    for (const author of this.#log.querySelectorAll<HTMLElement>('.who')) {
      if (author.dataset.id === id) author.textContent = name;
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
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(line);
    if (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }
}
