/**
 * The newest events, as rows. However many come and however long the page stays open, there are at most MAX_ROWS rows; what comes
 * faster than the screen is drawn, or while the list is paused or the tab hidden, waits in a list of the same length.
 */

import { count, clock, line, plural, shortId, took } from '/page/text.js';
import { make } from '/page/elements.js';
import { isWithin } from '/page/json.js';
import { isFailure, summary, toolOf } from '/page/summary.js';

export const MAX_ROWS = 500;

/** A larger event is not kept with its row, but read from the server when it is opened. In characters, roughly. */
const MAX_KEPT = 32_768;

/** Often enough to look live, and seldom enough that a thousand events a second leave the tab at ease. */
const DRAW_EVERY_MILLIS = 60;

export class EventList {
  #list;
  #onOpen;
  #onChange;

  // What grows with events; every collection holds at most MAX_ROWS
  #rows = []; // the newest last: {id, element, event or null}
  #waiting = []; // the same, without an element yet
  #known = new Set(); // ids of both
  #shown = new WeakMap(); // element to row

  #received = 0;
  #missed = 0;
  #isPaused = false;
  #isDrawing = false;
  #current = null; // the row that Tab reaches

  /** @param onOpen is given {id, event or null} of the row that was chosen; @param onChange is called after the list was drawn */
  constructor(list, onOpen, onChange) {
    this.#list = list;
    this.#onOpen = onOpen;
    this.#onChange = onChange;
    list.addEventListener('click', (click) => this.#choose(click.target.closest?.('.row')));
    list.addEventListener('keydown', (key) => this.#move(key));
    document.addEventListener('visibilitychange', () => this.#drawSoon());
  }

  get counts() {
    return {
      received: this.#received,
      missed: this.#missed,
      rows: this.#rows.length,
      waiting: this.#waiting.length,
      isPaused: this.#isPaused,
    };
  }

  /** Takes an event in; one that is here already is not taken again. */
  add(event) {
    const id = typeof event?.id === 'string' ? event.id : '';
    if (id === '' || this.#known.has(id)) {
      return;
    }
    this.#received++;
    this.#wait({ id, event: isWithin(event, MAX_KEPT) ? event : null, made: this.#row(event), element: null });
  }

  /** Notes at this place that events are missing. */
  addMissed(number) {
    this.#missed += number;
    this.addNote(plural(number, 'event') + ' missing here: the server no longer had ' + (number === 1 ? 'it' : 'them') + ', or this page was too slow');
  }

  /** Says something at this place in the list. */
  addNote(text) {
    this.#wait({ id: null, event: null, made: () => make('li', 'gap', text), element: null });
  }

  clear() {
    this.#rows = [];
    this.#waiting = [];
    this.#known.clear();
    this.#current = null;
    this.#list.replaceChildren();
    this.#onChange();
  }

  set isPaused(isPaused) {
    this.#isPaused = isPaused;
    this.#drawSoon();
    this.#onChange();
  }

  #wait(row) {
    this.#waiting.push(row);
    if (row.id !== null) {
      this.#known.add(row.id);
    }
    if (this.#waiting.length > MAX_ROWS) {
      this.#known.delete(this.#waiting.shift().id);
    }
    this.#drawSoon();
  }

  #drawSoon() {
    if (!this.#isDrawing) {
      this.#isDrawing = true;
      setTimeout(() => requestAnimationFrame(() => {
        this.#isDrawing = false;
        this.#draw();
      }), DRAW_EVERY_MILLIS);
    }
  }

  #draw() {
    if (this.#isPaused || this.#waiting.length === 0) {
      this.#onChange();
      return;
    }
    const fresh = document.createDocumentFragment();
    for (const row of this.#waiting) {
      row.element = row.made();
      row.made = null;
      this.#shown.set(row.element, row);
      fresh.prepend(row.element);
    }
    this.#rows.push(...this.#waiting);
    this.#waiting = [];
    const old = this.#rows.splice(0, Math.max(0, this.#rows.length - MAX_ROWS));
    this.#keepPlace(fresh);
    old.forEach((row) => this.#remove(row));
    this.#reach(this.#current ?? this.#list.querySelector('.row'));
    this.#onChange();
  }

  /** Who has scrolled down goes on looking at the same rows. */
  #keepPlace(fresh) {
    const isAtTop = this.#list.scrollTop < 4;
    const before = this.#list.scrollHeight;
    this.#list.prepend(fresh);
    if (!isAtTop) {
      this.#list.scrollTop += this.#list.scrollHeight - before;
    }
  }

  #remove(row) {
    this.#known.delete(row.id);
    const button = row.element.querySelector('.row');
    if (button !== null && button === this.#current) {
      const hadFocus = document.activeElement === button;
      const next = [...this.#list.querySelectorAll('.row')].findLast((each) => each !== button) ?? null;
      this.#reach(next);
      if (hadFocus) {
        next?.focus();
      }
    }
    row.element.remove();
  }

  /** What makes the row's element. It holds only the few words that are shown, so that a large event can go. */
  #row(event) {
    const type = ['hook', 'derived', 'server'].includes(event.type) ? event.type : 'other';
    const words = {
      time: clock(event.timestamp),
      source: line(event.source, 30),
      session: shortId(event.session_id),
      name: line(event.event, 60) || '(no name)',
      tool: toolOf(event),
      text: summary(event),
      took: took(event.data?.duration_ms),
    };
    const title = words.source + ', session ' + line(event.session_id, 100) + (event.cwd ? ', in ' + line(event.cwd, 200) : '');
    const tone = 'row type-' + type + (isFailure(event) ? ' failure' : '');
    return () => {
      const session = make('span', 'session', make('bdi', '', [words.session, words.source].filter(Boolean).join(' ')));
      session.title = title;
      const button = make(
        'button', tone,
        make('span', 'time', words.time),
        session,
        make('span', 'name', make('bdi', '', words.name)),
        make('span', 'text', make('b', '', make('bdi', '', words.tool)), words.tool && words.text ? ' ' : '', make('bdi', '', words.text)),
        make('span', 'took', words.took),
      );
      button.type = 'button';
      button.tabIndex = -1;
      return make('li', '', button);
    };
  }

  #choose(button) {
    if (button) {
      const row = this.#shown.get(button.parentElement);
      this.#reach(button);
      this.#list.querySelector('.row[aria-current]')?.removeAttribute('aria-current');
      button.setAttribute('aria-current', 'true');
      this.#onOpen({ id: row.id, event: row.event });
    }
  }

  /** Arrows, Home and End go from row to row; Tab leaves the list. */
  #move(key) {
    const buttons = [...this.#list.querySelectorAll('.row')];
    const from = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: buttons.length - 1, PageDown: from + 10, PageUp: from - 10 }[key.key];
    if (to === undefined || from < 0 || key.ctrlKey || key.altKey || key.metaKey) {
      return;
    }
    key.preventDefault();
    const button = buttons[Math.min(Math.max(to, 0), buttons.length - 1)];
    this.#reach(button);
    button.focus();
  }

  #reach(button) {
    if (this.#current !== button) {
      if (this.#current !== null) {
        this.#current.tabIndex = -1;
      }
      this.#current = button;
    }
    if (button !== null) {
      button.tabIndex = 0;
    }
  }

  /** Puts the keyboard back where the open event was chosen, if that row is still there. */
  focus() {
    (this.#list.querySelector('.row[aria-current]') ?? this.#current)?.focus();
  }

  /** What the list says of itself. */
  describe() {
    const { rows, received, waiting, missed, isPaused } = this.counts;
    const parts = [rows < received ? (isPaused ? '' : 'the newest ') + count(rows) + ' of ' + plural(received, 'event') + ' that came' : plural(rows, 'event')];
    if (isPaused) {
      parts.push(waiting >= MAX_ROWS ? count(MAX_ROWS) + ' or more wait' : count(waiting) + (waiting === 1 ? ' waits' : ' wait'));
    }
    if (missed > 0) {
      parts.push(count(missed) + ' missed');
    }
    return parts.join(', ');
  }
}
