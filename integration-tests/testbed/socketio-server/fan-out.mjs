// The least that a Node Socket.IO server does to pass events on: POST /batch, one event a line, and each goes to all
// clients. For the benchmark to compare with.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  for (const line of text.split('\n')) {
    if (line !== '') {
      io.emit('claude_event', JSON.parse(line));
    }
  }
  response.end('{}');
});
const io = new Server(http, { serveClient: false });

http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: http.address().port })));

// It ends with whoever started it: its standard input is closed then.
process.stdin.on('end', () => process.exit(0)).resume();
