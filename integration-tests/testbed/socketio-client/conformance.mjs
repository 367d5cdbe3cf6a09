// Talks to a conformance server as an application with Node's own client would. See README.md.
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';

const url = process.argv[2];
const DEADLINE = 20_000;
let failed = 0;

function connect(namespace, options) {
  return io(url + namespace, { forceNew: true, reconnection: false, ...options });
}

function next(socket, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} came`)), DEADLINE);
    socket.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

async function check(name, namespace, options, test) {
  const socket = connect(namespace, options);
  try {
    await test(socket);
    console.log(JSON.stringify({ name, passed: true }));
  } catch (error) {
    failed++;
    console.log(JSON.stringify({ name, passed: false, error: String(error.stack) }));
  } finally {
    socket.disconnect();
  }
}

for (const transport of ['polling', 'websocket']) {
  const options = { transports: [transport], auth: { token: 'abc' } };

  await check(`${transport}: joins with its auth`, '/', options, async (socket) => {
    assert.deepEqual(await next(socket, 'auth'), [{ token: 'abc' }]);
    assert.equal(socket.io.engine.transport.name, transport);
  });

  await check(`${transport}: joins a custom namespace`, '/custom', options, async (socket) => {
    assert.deepEqual(await next(socket, 'auth'), [{ token: 'abc' }]);
  });

  await check(`${transport}: is told of an invalid namespace`, '/random', options, async (socket) => {
    const [error] = await next(socket, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
  });

  await check(`${transport}: messages come back in order`, '/', options, async (socket) => {
    const received = [];
    const all = new Promise((resolve) => {
      socket.on('message-back', (number) => {
        received.push(number);
        if (received.length === 500) resolve();
      });
    });
    for (let i = 0; i < 500; i++) socket.emit('message', i);
    await all;
    assert.deepEqual(received, Array.from({ length: 500 }, (_, i) => i));
  });

  await check(`${transport}: binary attachments come back`, '/', options, async (socket) => {
    const back = next(socket, 'message-back');
    socket.emit('message', { deep: [Buffer.from([1, 2, 3])] }, Uint8Array.from([4, 5]), 'text');
    const [object, bytes, text] = await back;
    assert.deepEqual([...new Uint8Array(object.deep[0])], [1, 2, 3]);
    assert.deepEqual([...new Uint8Array(bytes)], [4, 5]);
    assert.equal(text, 'text');
  });

  await check(`${transport}: acknowledgements come`, '/', options, async (socket) => {
    const answer = await socket.timeout(DEADLINE).emitWithAck('message-with-ack', 'one');
    assert.equal(answer, 'one');
    const binary = await socket.timeout(DEADLINE).emitWithAck('message-with-ack', Buffer.from([7]));
    assert.deepEqual([...new Uint8Array(binary)], [7]);
  });

  await check(`${transport}: stays over several heartbeats`, '/', options, async (socket) => {
    await next(socket, 'connect');
    for (let i = 0; i < 4; i++) await next(socket.io.engine, 'ping');
    assert.equal(await socket.timeout(DEADLINE).emitWithAck('message-with-ack', 'there'), 'there');
  });
}

await check('upgrades from polling and loses nothing', '/', {}, async (socket) => {
  const received = [];
  const all = new Promise((resolve) => {
    socket.on('message-back', (number) => {
      received.push(number);
      if (received.length === 1000) resolve();
    });
  });
  for (let i = 0; i < 500; i++) socket.emit('message', i);
  await next(socket, 'connect');
  if (socket.io.engine.transport.name !== 'websocket') await next(socket.io.engine, 'upgrade');
  for (let i = 500; i < 1000; i++) socket.emit('message', i);
  await all;
  assert.deepEqual(received, Array.from({ length: 1000 }, (_, i) => i));
  assert.equal(socket.io.engine.transport.name, 'websocket');
});

await check('several namespaces share a connection', '/', { forceNew: false, multiplex: true }, async (socket) => {
  await next(socket, 'connect');
  const custom = socket.io.socket('/custom', { auth: { token: 'second' } });
  assert.deepEqual(await next(custom, 'auth'), [{ token: 'second' }]);
  custom.disconnect();
  assert.equal(await socket.timeout(DEADLINE).emitWithAck('message-with-ack', 'still'), 'still');
});

process.exit(failed === 0 ? 0 : 1);
