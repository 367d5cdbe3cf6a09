/**
 * The live events, over Socket.IO. After a lost connection it goes on from the last event that came, so that none is missing and none
 * comes twice. Changing the filter begins anew: with what there was lately of that kind.
 */

import { io } from '/page/vendor/socket.io.esm.min.js';

/** How many past events are asked for at the beginning. */
const HISTORY = 200;

/** After a refusal, and after the server closed the connection, the library does not try again by itself. */
const RETRY_MILLIS = 3_000;

export class Feed {
  #door;
  #listener;
  #socket;
  #filter = { session: '', name: '' };
  #last = null; // the id to go on from: of the last event that came with this filter, or the newest one when it began
  #newest = null; // the newest id when the server welcomed this page
  #missed = 0; // how many events after #last this connection was told are missing
  #noted = 0; // how many of them the listener knows; the next connection from the same place hears of them again
  #retry = null;

  /**
   * @param door knows the token
   * @param listener {onState(state, detail), onEvents(events), onMissed(count), onOtherLog(), onWelcome(welcome)}; state is waiting, live or gone
   */
  constructor(door, listener) {
    this.#door = door;
    this.#listener = listener;
    this.#socket = io({
      autoConnect: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
      auth: (give) => give(this.#introduction()),
    });
    this.#listen();
  }

  get filter() {
    return this.#filter;
  }

  start(filter) {
    this.#filter = filter;
    this.#socket.connect();
  }

  /** Ends the connection, until start. */
  stop() {
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  /** From now on only these events, beginning with the last ones there were. */
  change(filter) {
    this.#filter = filter;
    this.#goOnAfter(null);
    this.stop();
    this.#socket.connect();
  }

  #goOnAfter(id) {
    this.#last = id;
    this.#missed = 0;
    this.#noted = 0;
  }

  #introduction() {
    const auth = this.#last === null ? { history: HISTORY } : { after: this.#last };
    const { session, name } = this.#filter;
    return {
      ...auth,
      ...(session === '' ? {} : { session }),
      ...(name === '' ? {} : { name }),
      ...(this.#door.token === null ? {} : { token: this.#door.token }),
    };
  }

  #listen() {
    const socket = this.#socket;
    socket.on('connect', () => {
      this.#missed = 0;
      this.#listener.onState('live', '');
    });
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') {
        return;
      }
      this.#listener.onState('gone', '');
      if (!socket.active) {
        this.#tryAgain();
      }
    });
    socket.on('connect_error', (error) => {
      this.#listener.onState('gone', socket.active ? '' : error.message);
      if (!socket.active) {
        if (error.message.startsWith('auth.after')) {
          // The server has another log, which does not know this place: begin anew
          this.#goOnAfter(null);
          this.#listener.onOtherLog();
        }
        this.#tryAgain();
      }
    });
    socket.on('welcome', (welcome) => {
      this.#newest = typeof welcome?.newest === 'string' ? welcome.newest : null;
      this.#listener.onWelcome(welcome);
    });
    socket.on('history', (history) => {
      // Comes only to who begins. What is not in it, or does not fit the filter, is not wanted later either
      this.#take(Array.isArray(history?.events) ? history.events : []);
      this.#goOnAfter(this.#newest ?? this.#last);
    });
    socket.on('claude_event', (event) => this.#take([event]));
    socket.on('missed', (missed) => this.#miss(Number(missed?.count) || 0));
  }

  /** With a filter, many connections may go on from one place: what is missing after it is told once. */
  #miss(count) {
    this.#missed += count;
    if (this.#missed > this.#noted) {
      this.#listener.onMissed(this.#missed - this.#noted);
      this.#noted = this.#missed;
    }
  }

  #tryAgain() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), RETRY_MILLIS);
  }

  /** What was on its way when the filter changed is left out. */
  #take(events) {
    const fitting = events.filter((event) => this.#fits(event));
    if (fitting.length > 0) {
      this.#goOnAfter(fitting[fitting.length - 1].id);
      this.#listener.onEvents(fitting);
    }
  }

  #fits(event) {
    const { session, name } = this.#filter;
    return typeof event?.id === 'string' && (session === '' || event.session_id === session) && (name === '' || event.event === name);
  }
}
