// What a server does that is none, or a slow one.
import { createHash } from 'node:crypto';

const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3

/** Answers requests and upgrades of an HTTP server itself, for as long as the mode says so. */
export function answerOtherwise(http, mode) {
  const emit = http.emit.bind(http);
  http.emit = (event, request, ...more) => {
    const answer = { garbage, redirect }[mode.answer];
    if (answer === undefined || (event !== 'request' && event !== 'upgrade')) {
      return emit(event, request, ...more);
    }
    request.socket.write(answer(request, event));
    if (event === 'request' || mode.answer === 'redirect') {
      request.socket.end();
    }
    return true;
  };
}

function redirect() {
  return 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
}

/** A web page; to an upgrade a frame of text that is no Engine.IO packet. */
function garbage(request, event) {
  const text = '<!doctype html><title>Welcome</title>';
  if (event === 'request') {
    return `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`;
  }
  const key = createHash('sha1').update(request.headers['sec-websocket-key'] + WEBSOCKET).digest('base64');
  return 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + `Sec-WebSocket-Accept: ${key}\r\n\r\n\x81${String.fromCharCode(text.length)}${text}`;
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
