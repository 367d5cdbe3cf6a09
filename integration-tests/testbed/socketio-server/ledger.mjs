// What reached the server: which events, how often, in which order, and how many sockets were joined.

/** How many events are kept as they came. */
const LATEST = 100;

/** Keeps count of sockets and events. With `countOnly` its memory does not grow with events. */
export class Ledger {
  #countOnly;
  #keep;
  #maxSessions;

  constructor({ countOnly = false, keep = 1_000_000, maxSessions = 10_000 } = {}) {
    this.#countOnly = countOnly;
    this.#keep = keep;
    this.#maxSessions = maxSessions;
    this.joined = new Set();
    this.reset();
  }

  /** Forgets all events; the sockets that are joined now stay counted. */
  reset() {
    this.mostJoined = this.joined.size;
    this.everJoined = this.joined.size;
    this.refused = 0;
    this.misled = 0;
    this.received = 0;
    this.repeats = 0;
    this.outOfOrder = 0;
    this.stubs = 0;
    this.notRecorded = 0;
    this.missed = [];
    this.missedBehind = [];
    this.missedTotal = 0;
    this.bySocket = new Map();
    this.ids = [];
    this.times = new Map();
    this.sessions = new Map();
    this.lastOf = new Map();
    this.latest = [];
  }

  join(socket) {
    this.joined.add(socket);
    this.everJoined++;
    this.mostJoined = Math.max(this.mostJoined, this.joined.size);
  }

  leave(socket) {
    this.joined.delete(socket);
  }

  /** Whether an event was recorded before; not known when only counting. */
  has(event) {
    return this.times.has(String(event?.id ?? ''));
  }

  /** An event as it came: in order of its session, or again. */
  receive(event) {
    this.received++;
    const id = String(event?.id ?? '');
    const session = `${event?.source ?? ''}/${event?.session_id ?? ''}`;
    if (event?.data?.truncated === true) {
      this.stubs++;
    }
    if (!this.#countOnly) {
      this.latest.push(event);
      this.latest.splice(0, this.latest.length - LATEST);
    }
    if (this.#countOnly) {
      this.#compareWithLast(session, id);
    } else if (this.times.has(id)) {
      this.repeats++;
      this.times.set(id, this.times.get(id) + 1);
    } else if (this.ids.length >= this.#keep) {
      this.notRecorded++;
    } else {
      this.#compareWithLast(session, id);
      this.ids.push(id);
      this.times.set(id, 1);
      if (!this.sessions.has(session)) {
        this.sessions.set(session, []);
      }
      this.sessions.get(session).push(id);
    }
  }

  miss(count) {
    this.missedTotal += Number(count) || 0;
    if (this.missed.length < 1_000) {
      this.missed.push(count);
      this.missedBehind.push(this.ids.length);
    }
  }

  /** Ids of a session grow. When only counting, what is not greater than the last is a repeat. */
  #compareWithLast(session, id) {
    const last = this.lastOf.get(session);
    if (last !== undefined && id <= last) {
      if (this.#countOnly) {
        this.repeats++;
      } else {
        this.outOfOrder++;
      }
      return;
    }
    if (last === undefined && this.lastOf.size >= this.#maxSessions) {
      this.lastOf.delete(this.lastOf.keys().next().value);
    }
    this.lastOf.set(session, id);
  }

  state() {
    return {
      joined: this.joined.size,
      mostJoined: this.mostJoined,
      everJoined: this.everJoined,
      refused: this.refused,
      misled: this.misled,
      received: this.received,
      unique: this.received - this.repeats,
      repeats: this.repeats,
      outOfOrder: this.outOfOrder,
      stubs: this.stubs,
      notRecorded: this.notRecorded,
      missedMessages: this.missed.length,
      missedTotal: this.missedTotal,
    };
  }

  /** Everything that was recorded. Empty when only counting. */
  record() {
    return {
      ids: this.ids,
      repeated: Object.fromEntries([...this.times].filter(([, times]) => times > 1)),
      sessions: Object.fromEntries(this.sessions),
      missed: this.missed,
      missedBehind: this.missedBehind,
    };
  }
}
