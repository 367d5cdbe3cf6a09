// A real Socket.IO server that counts what reaches it and misbehaves on request. See README.md.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';
import { Journal } from './journal.mjs';
import { Ledger } from './ledger.mjs';
import { answerOtherwise, readSlowly } from './misbehave.mjs';

const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    'ping-interval': { type: 'string', default: '25000' },
    'ping-timeout': { type: 'string', default: '20000' },
    'max-http-buffer-size': { type: 'string', default: '1000000' },
    'count-only': { type: 'boolean', default: false },
    keep: { type: 'string', default: '1000000' },
    journal: { type: 'string' },
    'token-file': { type: 'string' },
  },
});

const ledger = new Ledger({ countOnly: options['count-only'], keep: Number(options.keep) });

const journal = options.journal === undefined ? null : new Journal(options.journal);

/** How the server behaves now; changed by PUT /mode. */
const mode = {
  acknowledge: 'yes', // yes, events (nothing else), or never
  acknowledgeDelay: 0, // milliseconds
  refuse: null, // a message: what the middleware answers to every join
  // joins without this token (header and auth) are refused
  token: options['token-file'] === undefined ? null : readFileSync(options['token-file'], 'utf8').trim(),
  echo: false, // as claude-mpm v6.5: every event back to every client, twice
  readEvery: 0, // milliseconds: then one piece of each connection is read; 0 reads all at once
  answer: 'normal', // or garbage, redirect: what is said at the port in place of Socket.IO
  location: 'http://127.0.0.1:9/elsewhere', // where a redirect points
  poison: null, // for an event with data.poison: 'close' hangs up, 'drop' cuts, 'silent' does not acknowledge
  new: null, // 'close': hangs up on an event that it has not recorded yet
  missed: null, // 'close': hangs up on the word that events are missed
  repeats: null, // 'silent': does not acknowledge an event that it has recorded before
  hangUp: false, // on whatever event comes
};

let http = null;
let io = null;
let port = Number(options.port);
const tcp = new Set();

function onJoin(socket) {
  ledger.join(socket);
  journal?.joined(ledger.joined.size);
  socket.on('disconnect', () => {
    ledger.leave(socket);
    journal?.joined(ledger.joined.size);
  });
  socket.on('missed', (missed, acknowledge) => {
    if (mode.missed === 'close') {
      socket.conn.close();
      return;
    }
    ledger.miss(missed?.count);
    journal?.missed(missed?.count);
    if (mode.acknowledge !== 'events') {
      answer(acknowledge);
    }
  });
  socket.on('claude_event', (event, acknowledge) => {
    const poison = event?.data?.poison === true ? mode.poison : null;
    const repeated = ledger.has(event);
    if (mode.hangUp || poison === 'close' || (mode.new === 'close' && !repeated)) {
      socket.conn.close();
      return;
    }
    if (poison === 'drop') {
      tcp.forEach((each) => each.destroy());
      return;
    }
    ledger.receive(event);
    journal?.event(event);
    if (mode.echo) {
      io.emit('hook:event', { event: 'claude_event', data: event, received: event });
      io.emit('claude_event', { type: 'hook', data: event, received: event });
    }
    if (poison !== 'silent' && !(repeated && mode.repeats === 'silent')) {
      answer(acknowledge);
    }
  });
}

function answer(acknowledge) {
  if (typeof acknowledge !== 'function' || mode.acknowledge === 'never') {
    return;
  }
  if (mode.acknowledgeDelay > 0) {
    setTimeout(() => acknowledge('ok'), mode.acknowledgeDelay);
  } else {
    acknowledge('ok');
  }
}

function mayJoin(socket, next) {
  const bearer = socket.handshake.headers.authorization;
  const given = mode.token === null
    || (bearer === `Bearer ${mode.token}` && socket.handshake.auth.token === mode.token);
  if (mode.refuse !== null || !given) {
    ledger.refused++;
    next(new Error(mode.refuse ?? 'unauthorized'));
  } else {
    next();
  }
}

/** Starts the Socket.IO server, on the same port each time. */
async function start() {
  if (io !== null) {
    return;
  }
  http = createServer();
  http.on('connection', (socket) => {
    tcp.add(socket);
    socket.on('close', () => tcp.delete(socket));
    readSlowly(socket, mode);
  });
  answerOtherwise(http, mode, ledger);
  io = new Server(http, {
    pingInterval: Number(options['ping-interval']),
    pingTimeout: Number(options['ping-timeout']),
    maxHttpBufferSize: Number(options['max-http-buffer-size']),
    serveClient: false,
  });
  for (const namespace of [io.of('/'), io.of(/^\/.+$/)]) {
    namespace.use(mayJoin);
    namespace.on('connection', onJoin);
  }
  await listen();
}

function listen() {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, options.host, () => {
      http.off('error', reject);
      port = http.address().port;
      resolve();
    });
  });
}

/** Closes every connection as Socket.IO does it, then the server. */
async function stop() {
  if (io !== null) {
    const closing = io;
    io = null;
    await closing.close();
  }
}

const controls = {
  'GET /state': () => ({ port, listening: http?.listening === true, mode, ...ledger.state() }),
  'GET /record': () => ledger.record(),
  'GET /latest': () => ledger.latest,
  'PUT /mode': (body) => Object.assign(mode, body),
  'POST /reset': () => ledger.reset(),
  'POST /start': start,
  'POST /stop': stop,
  'POST /disconnect': () => io?.disconnectSockets(true),
  'POST /drop': () => tcp.forEach((socket) => socket.destroy()),
  'POST /reset-tcp': () => tcp.forEach((socket) => socket.resetAndDestroy()),
  'POST /refuse': () => void http?.close(),
  'POST /listen': async () => void (http?.listening === true || (await listen())),
  'POST /broadcast': (body) => io?.emit(body.event, body.data, Buffer.from(body.binary ?? '')),
};

const control = createServer(async (request, response) => {
  const action = controls[`${request.method} ${request.url}`];
  try {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
    }
    if (action === undefined) {
      response.writeHead(404).end(JSON.stringify({ error: `no ${request.method} ${request.url}` }));
      return;
    }
    const result = await action(text === '' ? {} : JSON.parse(text));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(typeof result === 'object' ? result : {}));
  } catch (error) {
    response.writeHead(500).end(JSON.stringify({ error: String(error) }));
  }
});

await start();
control.listen(Number(options['control-port']), options.host, () => {
  console.log(JSON.stringify({ port, controlPort: control.address().port, pid: process.pid }));
});

// The server ends with whoever started it: its standard input is closed then.
if (process.env.EVENKEEL_TESTBED_FOLLOW_STDIN === '1') {
  process.stdin.on('end', () => process.exit(0)).resume();
}
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
