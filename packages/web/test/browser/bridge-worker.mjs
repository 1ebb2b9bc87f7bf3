// Serves the page, and carries calls between it and the thread of the tests, which may stand still until an answer is there.
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocketServer } from 'ws';

const { script, answered, answers } = workerData;
let page;
const waiting = [];

const server = createServer((request, response) => {
  const isScript = request.url === '/page.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
});

new WebSocketServer({ server, path: '/calls', maxPayload: 64 << 20 }).on('connection', (socket) => {
  page = socket;
  for (const text of waiting.splice(0)) page.send(text);
  socket.on('message', (data) => {
    const text = data.toString();
    // The id comes first in every answer; those of calls whose caller stands still are negative.
    if (!text.startsWith('{"id":-')) return parentPort.postMessage(text);
    answers.postMessage(text);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});

parentPort.on('message', (text) => (page ? page.send(text) : waiting.push(text)));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
