/** One event in full, as text. What is too large for the page is cut, and it says how to read the rest. */

import { clock, count, line } from '/page/text.js';
import { describe, find, setText } from '/page/elements.js';
import { pretty } from '/page/json.js';
import { Refused, TokenWanted } from '/page/door.js';

/** In characters. */
const MAX_SHOWN = 200_000;

const ID = /^\d{1,16}$/;

export class Detail {
  #door;
  #onClose;
  #event = null;
  #wanted = null; // the id of the event that is open

  /** @param onFilter is given {session} or {name} to see only such events */
  constructor(door, onClose, onFilter) {
    this.#door = door;
    this.#onClose = onClose;
    find('close').addEventListener('click', () => this.close());
    find('only-session').addEventListener('click', () => onFilter({ session: this.#event.session_id }));
    find('only-name').addEventListener('click', () => onFilter({ name: this.#event.event }));
  }

  get isOpen() {
    return !find('detail').hidden;
  }

  /** @throws TokenWanted */
  async open({ id, event }) {
    this.#wanted = id;
    find('detail').hidden = false;
    document.body.classList.add('has-detail');
    this.#show(event, event === null ? 'Reading the event…' : '');
    find('detail').scrollIntoView({ block: 'nearest' });
    if (event === null) {
      const read = await this.#read(id);
      if (this.#wanted === id) {
        this.#show(read.event, read.note);
      }
    }
  }

  close() {
    this.#wanted = null;
    this.#event = null;
    find('detail').hidden = true;
    document.body.classList.remove('has-detail');
    setText(find('payload'), '');
    this.#onClose();
  }

  /** The log keeps every event for a time, also those that are too large to be kept here. */
  async #read(id) {
    const address = addressOf(id);
    try {
      const page = await this.#door.read(address);
      const event = page.events?.[0];
      return event?.id === id ? { event, note: '' } : { event: null, note: 'This event is no longer in the log.' };
    } catch (e) {
      if (e instanceof TokenWanted) {
        throw e;
      }
      return { event: null, note: 'This event is large and cannot be read now: ' + (e instanceof Refused ? line(e.message) : 'the server is gone') + '.' };
    }
  }

  #show(event, note) {
    this.#event = event;
    find('only-session').disabled = typeof event?.session_id !== 'string' || event.session_id === '';
    find('only-name').disabled = typeof event?.event !== 'string' || event.event === '';
    setText(find('detail-title'), event === null ? 'Event' : line(event.event, 80) || 'Event');
    describe(find('facts'), event === null ? [] : facts(event));
    const { text, isWhole } = event === null ? { text: '', isWhole: true } : pretty(event, MAX_SHOWN);
    setText(find('payload'), text);
    find('payload').scrollTop = 0;
    setText(find('payload-note'), isWhole ? note : 'Cut after ' + count(MAX_SHOWN) + ' characters. The whole event: GET ' + addressOf(event.id));
  }
}

/** Ids are whole numbers below 2^53, and 'after' is exclusive. */
function addressOf(id) {
  const before = ID.test(id) ? String(Number(id) - 1).padStart(16, '0') : '0';
  return '/api/events?after=' + before + '&limit=1';
}

function facts(event) {
  return [
    ['Time', clock(event.timestamp), line(event.timestamp, 40)],
    ['Agent', line(event.source, 60)],
    ['Session', line(event.session_id, 100)],
    ['Folder', line(event.cwd, 300)],
    ['Call', line(event.correlation_id, 100)],
    ['Id', line(event.id, 40)],
    ['With', line(event.cause, 40), 'The event that this one was derived from'],
  ].filter(([, text]) => text !== '');
}
