/** How the server is: figures, graphs, targets, extensions, and first of all what is not as it should be. */

import { bytes, count, duration, line, plural } from '/page/text.js';
import { describe, find, make, setText } from '/page/elements.js';
import { Graph } from '/page/graph.js';

/** Samples of this page's own, between and beside those of the server: an hour of them. */
const MAX_OWN_SAMPLES = 720;

const MEGABYTE = 1 << 20;

const numbers = (object) => Object.entries(object ?? {}).filter(([, value]) => typeof value === 'number');

export class ServerView {
  #memory;
  #connections;
  #descriptors;
  #samples = []; // of the server: it keeps a day of them
  #own = [];

  constructor() {
    const graphs = find('graphs');
    this.#memory = new Graph(graphs, {
      title: 'Memory',
      lines: [{ label: 'resident', color: 'line-1' }, { label: 'heap', color: 'line-2' }, { label: 'after collection', color: 'line-3' }],
      show: bytes,
      atLeast: MEGABYTE,
      unit: MEGABYTE,
    });
    this.#connections = new Graph(graphs, {
      title: 'Connections to targets',
      lines: [{ label: 'joined', color: 'line-1' }],
      show: count,
      isStepped: true,
      atLeast: 3,
    });
    this.#descriptors = new Graph(graphs, {
      title: 'Open files and threads',
      lines: [{ label: 'files', color: 'line-1' }, { label: 'threads', color: 'line-2' }],
      show: count,
      isStepped: true,
      atLeast: 10,
    });
  }

  /** What /api/memory told. */
  showSamples(samples) {
    this.#samples = samples.filter((sample) => !Number.isNaN(Date.parse(sample.time)));
    this.#draw();
  }

  /** What /api/status told. */
  showStatus(status) {
    setText(find('about'), 'version ' + line(status.version, 40) + ', up ' + duration(status.uptimeSeconds));
    describe(find('figures'), figures(status));
    replace(find('warnings'), warnings(status).map((text) => make('li', '', text)));
    replace(find('targets'), Object.entries(status.targets ?? {}).map(([name, target]) => targetItem(name, target)), 'none: events stay here');
    replace(find('extensions'), Object.entries(status.extensions ?? {}).map(([name, calls]) => extensionItem(name, calls)), 'none');
    if (status.memory && !Number.isNaN(Date.parse(status.memory.time))) {
      this.#own.push(status.memory);
      this.#own.splice(0, Math.max(0, this.#own.length - MAX_OWN_SAMPLES));
      this.#draw();
    }
  }

  #draw() {
    const newest = this.#samples.length === 0 ? 0 : Date.parse(this.#samples.at(-1).time);
    this.#own = this.#own.filter((sample) => Date.parse(sample.time) > newest);
    const samples = [...this.#samples, ...this.#own];
    if (samples.length === 0) {
      return;
    }
    const times = samples.map((sample) => Date.parse(sample.time) / 1000);
    const column = (name) => samples.map((sample) => (typeof sample[name] === 'number' ? sample[name] : null));
    this.#memory.update([times, column('rssBytes'), column('heapUsedBytes'), column('heapAfterGcBytes')]);
    this.#connections.update([times, column('connections')]);
    this.#descriptors.update([times, column('fileDescriptors'), column('threads')]);
  }
}

function figures(status) {
  const log = status.log ?? {};
  return [
    ['Received', count(status.received), 'Events that came since the start'],
    ['Published', count(status.published), 'Events published since the start, derived ones too'],
    ['Sessions', count(status.sessions), 'Sessions that the log knows'],
    ['In the log', count(log.events), log.oldest ? 'Since ' + line(log.oldest, 40) : ''],
    [log.maxBytes > 0 ? 'On disk, of ' + bytes(log.maxBytes) : 'On disk', bytes(log.bytes), 'What the log takes; the oldest events go first'],
    ['Memory', bytes(status.memory?.rssBytes), 'Resident memory of the server'],
    ...(status.hub ? [['Readers', count(status.hub.clients), 'Clients of the hub, this page among them']] : []),
    ...(status.merged > 0 ? [['Merged', count(status.merged), 'Events that came a second time']] : []),
  ];
}

function warnings(status) {
  const told = [];
  const tell = (number, text) => {
    if (number > 0) {
      told.push(text(number));
    }
  };
  if (status.log?.writable === false) {
    told.push('The log cannot be written: events are answered and passed on, but not kept');
  }
  tell(status.unlogged, (n) => plural(n, 'event') + ' could not be kept on disk');
  tell(status.shed, (n) => plural(n, 'event') + ' shed because memory was short');
  tell(status.rejected, (n) => plural(n, 'request') + ' rejected: no event, or too large');
  tell(status.withheld, (n) => plural(n, 'payload') + ' withheld because a filter failed or was late');
  numbers(status.dropped).forEach(([reason, n]) => tell(n, () => plural(n, 'event') + ' dropped: ' + line(reason, 100)));
  tell(status.hub?.dropped, (n) => plural(n, 'event') + ' skipped for slow readers');
  return told;
}

function targetItem(name, target) {
  const pending = target.pending > 0 ? ', ' + count(target.pending) + ' pending' : '';
  const error = line(target.lastError ?? '', 200);
  return make(
    'li', '',
    make('b', '', line(name, 60)), ' ', make('span', 'state', line(target.state, 40)),
    make('div', 'small', count(target.connections) + ' of ' + plural(target.maxConnections, 'connection') + ', ' + count(target.delivered) + ' delivered' + pending),
    ...(error === '' ? [] : [make('div', 'small error', error)]),
  );
}

function extensionItem(name, calls) {
  const failures = calls.failures > 0 ? ', ' + plural(calls.failures, 'failure') : '';
  return make('li', '', make('b', '', line(name, 60)), ' ', make('span', 'state', line(calls.state, 40)), make('div', 'small', plural(calls.calls, 'call') + failures));
}

/** Only when something changed, so that a selection survives and a screen reader is not disturbed. */
function replace(list, items, none = '') {
  const fresh = items.length > 0 || none === '' ? items : [make('li', 'small', none)];
  if (fresh.length !== list.children.length || fresh.some((item, i) => !item.isEqualNode(list.children[i]))) {
    list.replaceChildren(...fresh);
  }
}
