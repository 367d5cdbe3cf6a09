// Real Socket.IO clients, as many as asked for in one process, for the tests of the hub. See README.md.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    keep: { type: 'boolean', default: false }, // keeps every message, for tests that look at them
  },
});

/** What one client got. Without --keep only the order of its events is checked, and they are counted. */
class Ledger {
  messages = [];
  events = 0;
  missed = 0;
  repeated = 0;
  first = null;
  last = null;
  error = null;
  joins = 0;
  #lastOfSession = new Map();
  disordered = 0;
  numbered = 0;

  take(event) {
    this.events += 1;
    if (this.last !== null && event.id <= this.last) {
      this.repeated += 1;
    }
    this.first ??= event.id;
    this.last = event.id;
    // Tests number the events of each session
    const number = event.data?.n;
    if (Number.isInteger(number)) {
      this.numbered += 1;
      const before = this.#lastOfSession.get(event.session_id);
      if (before !== undefined && number !== before + 1) {
        this.disordered += 1;
      }
      this.#lastOfSession.set(event.session_id, number);
    }
  }

  sum() {
    const { events, missed, repeated, disordered, numbered, first, last, error, joins } = this;
    return { events, missed, repeated, disordered, numbered, first, last, error, joins };
  }
}

let sockets = [];
let ledgers = [];

function open({ clients = 1, auth = {}, transports = ['websocket'], headers = {} }) {
  for (let i = 0; i < clients; i += 1) {
    const ledger = new Ledger();
    const socket = io(options.url, {
      auth,
      transports,
      extraHeaders: headers,
      forceNew: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 500,
      // A websocket that closes before the server's first packet, as when the server is killed just then, is no error
      // to this client: it tries again only after this time, 20 s by itself
      timeout: 2000,
    });
    // A client that resumes tells where it was
    socket.auth = (tell) => tell(auth.resume ? { ...auth, after: ledger.last ?? undefined } : auth);
    socket.on('connect', () => { ledger.joins += 1; });
    socket.on('connect_error', (error) => { ledger.error = error.message; });
    socket.on('claude_event', (event) => ledger.take(event));
    socket.on('missed', (missed) => { ledger.missed += missed.count; });
    if (options.keep) {
      socket.onAny((name, ...args) => ledger.messages.push([name, ...args]));
    }
    sockets.push(socket);
    ledgers.push(ledger);
  }
}

const commands = {
  open,
  close: () => {
    sockets.forEach((socket) => socket.disconnect());
    sockets = [];
    ledgers = [];
  },
  state: () => ({ connected: sockets.filter((socket) => socket.connected).length, clients: ledgers.map((each) => each.sum()) }),
  messages: () => ledgers.map((each) => each.messages),
  emit: ([name, ...args]) => new Promise((resolve) => {
    sockets[0].timeout(5000).emit(name, ...args, (error, answer) => resolve(error === null ? answer : { timeout: true }));
  }),
};

const input = createInterface({ input: process.stdin });
for await (const line of input) {
  const [[name, argument]] = Object.entries(JSON.parse(line));
  const result = await commands[name](argument);
  console.log(JSON.stringify(result ?? {}));
}
process.exit(0);
