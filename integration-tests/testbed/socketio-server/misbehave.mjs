// What a server does that is none, or a slow one.
import { createHash } from 'node:crypto';

const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const TEXT = '<!doctype html><title>Welcome</title>';
const OPEN = '0{"sid":"nobody","upgrades":[],"pingInterval":500,"pingTimeout":500,"maxPayload":1000000}';

/** What is said over a WebSocket, by turns: frames that are no Engine.IO or no Socket.IO. */
const FRAMES = [
  [frame(TEXT)],
  [frame('0no json')],
  [frame('0{"sid":17,"pingInterval":"soon","pingTimeout":-5,"maxPayload":null}')],
  [frame(Buffer.from([0xff, 0x00, 0xfe, 0x01]), 0x82)],
  [frame(OPEN), frame('4x'), frame('40{"sid":'), frame('451-["claude_event",{"_placeholder":true,"num":99}]')],
  [frame(OPEN), frame('40{"sid":"in"}'), frame('43999999999999999999[]'), frame('43-1["x"]'), frame(`42${'['.repeat(50_000)}`)],
  [frame('x'.repeat(4 << 20))],
  [Buffer.from([0xf3, 0x85, 0x01, 0x02, 0x03])],
];

/** What is said in place of opening a WebSocket, by turns. */
const LINES = [
  `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${TEXT.length}\r\nConnection: close\r\n\r\n${TEXT}`,
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n',
  'HTTP/1.1 500 Oops\r\nContent-Length: 1000000\r\n\r\nshort',
  'SSH-2.0-OpenSSH_9.2\r\n',
  '\x16\x03\x01\x00\xa5\x01\x00\x00',
];

/** Answers requests and upgrades of an HTTP server itself, for as long as the mode says so. */
export function answerOtherwise(http, mode, ledger) {
  const emit = http.emit.bind(http);
  http.emit = (event, request, ...more) => {
    const answer = { garbage, redirect }[mode.answer];
    if (answer === undefined || (event !== 'request' && event !== 'upgrade')) {
      return emit(event, request, ...more);
    }
    answer(request, event, mode, ledger.misled++);
    return true;
  };
}

/** Every kind that there is, by turns. */
function redirect(request, event, mode, turn) {
  const status = [302, 301, 303, 307, 308][turn % 5];
  request.socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${mode.location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** A web page; to an upgrade something else each time. */
function garbage(request, event, mode, turn) {
  const kind = turn % (FRAMES.length + LINES.length);
  if (event === 'request') {
    request.socket.end(LINES[0]);
  } else if (kind >= FRAMES.length) {
    request.socket.end(LINES[kind - FRAMES.length]);
  } else {
    const key = createHash('sha1').update(request.headers['sec-websocket-key'] + WEBSOCKET).digest('base64');
    request.socket.on('error', () => {});
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
      + `Sec-WebSocket-Accept: ${key}\r\n\r\n`);
    FRAMES[kind].forEach((each) => request.socket.write(each));
  }
}

/** A frame as a server sends it (RFC 6455, 5.2); of text, unless something else is said. */
function frame(payload, kind = 0x81) {
  const bytes = Buffer.from(payload);
  let head = Buffer.from([kind, bytes.length]);
  if (bytes.length > 0xffff) {
    head = Buffer.alloc(10);
    head.writeUInt16BE(kind * 256 + 127);
    head.writeBigUInt64BE(BigInt(bytes.length), 2);
  } else if (bytes.length > 125) {
    head = Buffer.alloc(4);
    head.writeUInt16BE(kind * 256 + 126);
    head.writeUInt16BE(bytes.length, 2);
  }
  return Buffer.concat([head, bytes]);
}

/** Reads a piece of a connection, then nothing for a while, whenever the mode says so. */
export function readSlowly(socket, mode) {
  socket.on('data', () => {
    if (mode.readEvery > 0) {
      socket.pause();
      setTimeout(() => socket.resume(), mode.readEvery);
    }
  });
}
