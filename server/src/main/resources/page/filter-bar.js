/** The choice of a session and of a name. It is kept in the address, so that a reload and a bookmark keep it. */

import { find, make } from '/page/elements.js';
import { lastFolder, line, plural, shortId } from '/page/text.js';

/** Most names that are offered; any other can be typed. */
const MAX_NAMES = 100;

export class FilterBar {
  #onChange;
  #names = new Set();
  #sessions = ''; // what the list of sessions was made from
  #filter;

  constructor(onChange) {
    this.#onChange = onChange;
    this.#filter = fromAddress();
    find('session').addEventListener('change', () => this.#set({ session: find('session').value }));
    find('name').addEventListener('change', () => this.#set({ name: find('name').value.trim() }));
    find('name').addEventListener('input', () => {
      // Chosen from the list, not typed: there is nothing to wait for
      if (find('name').value === '' || this.#names.has(find('name').value)) {
        this.#set({ name: find('name').value });
      }
    });
    find('clear').addEventListener('click', () => this.#set({ session: '', name: '' }));
    window.addEventListener('hashchange', () => this.#set(fromAddress()));
    this.#show();
  }

  get filter() {
    return this.#filter;
  }

  /** Chooses what is given and leaves the rest. */
  narrow(part) {
    this.#set(part);
  }

  /** Offers these sessions. A list in use is left alone. */
  offerSessions(sessions) {
    const options = sessions
      .filter((session) => typeof session.session_id === 'string' && session.session_id !== '')
      .map((session) => [session.session_id, labelOf(session)]);
    const made = JSON.stringify(options);
    if (made === this.#sessions || document.activeElement === find('session')) {
      return;
    }
    this.#sessions = made;
    find('session').replaceChildren(option('', 'All sessions'), ...options.map(([id, label]) => option(id, label)));
    this.#show();
  }

  /** Offers the names of these events. */
  offerNames(events) {
    for (const { event: name } of events) {
      if (typeof name === 'string' && name.length <= 60 && !this.#names.has(name) && this.#names.size < MAX_NAMES) {
        this.#names.add(name);
        const at = [...find('names').children].find((each) => each.value > name) ?? null;
        find('names').insertBefore(option(name, ''), at);
      }
    }
  }

  #set(part) {
    const filter = { ...this.#filter, ...part };
    if (filter.session === this.#filter.session && filter.name === this.#filter.name) {
      return;
    }
    this.#filter = filter;
    const words = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
    history.replaceState(null, '', words === '' ? location.pathname : '#' + words);
    this.#show();
    this.#onChange(filter);
  }

  #show() {
    const { session, name } = this.#filter;
    const select = find('session');
    if (![...select.options].some((each) => each.value === session)) {
      select.append(option(session, shortId(session)));
    }
    select.value = session;
    find('name').value = name;
    find('clear').disabled = session === '' && name === '';
  }
}

function option(value, label) {
  const element = make('option', '', label);
  element.value = value;
  return element;
}

function labelOf(session) {
  const parts = [line(session.source, 30) + ' ' + shortId(session.session_id), lastFolder(session.cwd), plural(session.events, 'event')];
  if (session.state === 'ended') {
    parts.push('ended');
  }
  return parts.filter((each) => each !== '').join(' · ');
}

function fromAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  return { session: words.get('session') ?? '', name: words.get('name') ?? '' };
}
