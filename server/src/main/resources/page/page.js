/** The page: joins its parts. It begins with the server's status, which also tells whether a token is wanted. */

import { Door, Refused, TokenWanted } from '/page/door.js';
import { Feed } from '/page/feed.js';
import { EventList } from '/page/event-list.js';
import { FilterBar } from '/page/filter-bar.js';
import { Detail } from '/page/detail.js';
import { Poll } from '/page/poll.js';
import { ServerView } from '/page/server-view.js';
import { find, setText } from '/page/elements.js';
import { duration, line } from '/page/text.js';

const STATUS_MILLIS = 5_000;
const SAMPLES_MILLIS = 60_000;
const SESSIONS_MILLIS = 10_000;

/** What the server takes for a token. */
const TOKEN = /^[\x21-\x7e]+$/;

const door = new Door();
const server = new ServerView();
const filters = new FilterBar((filter) => {
  list.clear();
  feed.change(filter);
});
const detail = new Detail(door, () => list.focus(), (part) => filters.narrow(part));
const list = new EventList(find('list'), (row) => detail.open(row).catch(failed), showCounts);
const feed = new Feed(door, {
  onState: showLink,
  onEvents(events) {
    events.forEach((event) => list.add(event));
    filters.offerNames(events);
  },
  onMissed: (number) => list.addMissed(number),
  onOtherLog: () => list.addNote('From here on the server has another log'),
  onWelcome: showWelcome,
});

let isOpen = false;
let version = null;
let goneSince = null;

function showCounts() {
  const { rows, isPaused } = list.counts;
  find('empty').hidden = rows > 0;
  setText(find('empty'), filters.filter.session || filters.filter.name ? 'No such events yet.' : 'No events yet. Connect an agent: bin/evenkeel settings claude-code');
  setText(find('counts'), list.describe());
  find('pause').setAttribute('aria-pressed', String(isPaused));
  setText(find('pause'), isPaused ? 'Go on' : 'Pause');
}

function showLink(state, why) {
  if (state === 'live') {
    const away = goneSince === null ? '' : ', back after ' + duration((Date.now() - goneSince) / 1000);
    goneSince = null;
    setText(find('link'), 'Live' + away);
    poll.forEach((each) => each.now());
  } else {
    goneSince ??= Date.now();
    setText(find('link'), why === '' ? 'The server is gone since ' + new Date(goneSince).toLocaleTimeString() + '; trying again' : 'The server refuses this page: ' + line(why) + '; trying again');
  }
  find('link').dataset.state = state;
  document.body.classList.toggle('is-gone', state === 'gone');
}

function showWelcome(welcome) {
  const now = line(welcome?.version ?? '', 40);
  if (version !== null && now !== '' && now !== version) {
    find('notice').hidden = false;
    setText(find('notice'), 'The server is now version ' + now + '. Reload this page to get the page of that version.');
  }
  version ??= now === '' ? null : now;
}

const every = (millis, path, show) => new Poll(millis, async () => show(await door.read(path)), () => isOpen, failed);

const poll = [
  every(STATUS_MILLIS, '/api/status', (status) => server.showStatus(status)),
  every(SAMPLES_MILLIS, '/api/memory', (memory) => server.showSamples(memory.samples ?? [])),
  every(SESSIONS_MILLIS, '/api/sessions?limit=100', (page) => filters.offerSessions(page.sessions ?? [])),
];

document.addEventListener('visibilitychange', () => poll.forEach((each) => each.now()));

function failed(e) {
  if (e instanceof TokenWanted) {
    askForToken();
  }
}

/** The server wants a token: nothing else is shown until it has one that fits. */
function askForToken() {
  const wasWrong = door.token !== null;
  isOpen = false;
  door.token = null;
  feed.stop();
  find('main').hidden = true;
  find('forget').hidden = true;
  find('door').hidden = false;
  setText(find('door-error'), wasWrong ? 'That is not the token of this server.' : '');
  find('link').dataset.state = 'waiting';
  setText(find('link'), 'A token is wanted');
  find('token').focus();
}

async function open() {
  try {
    server.showStatus(await door.read('/api/status'));
  } catch (e) {
    if (e instanceof TokenWanted) {
      askForToken();
    } else {
      showLink('gone', e instanceof Refused ? e.message : '');
      setTimeout(open, STATUS_MILLIS);
    }
    return;
  }
  isOpen = true;
  find('door').hidden = true;
  find('main').hidden = false;
  find('forget').hidden = door.token === null;
  feed.start(filters.filter);
  poll.forEach((each) => each.now());
}

find('door').addEventListener('submit', (submit) => {
  submit.preventDefault();
  door.token = find('token').value.trim();
  find('token').value = '';
  if (TOKEN.test(door.token)) {
    open();
  } else {
    askForToken(); // no header can carry it
  }
});

find('forget').addEventListener('click', () => {
  door.token = null;
  location.reload();
});

find('pause').addEventListener('click', () => {
  list.isPaused = !list.counts.isPaused;
});

document.addEventListener('keydown', (key) => {
  if (key.key === 'Escape' && detail.isOpen) {
    detail.close();
  }
});

showCounts();
open();
