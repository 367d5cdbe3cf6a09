/**
 * Text that came from elsewhere, made fit to be shown. It only ever reaches the page as textContent; what is left to do is that it
 * cannot pose as other text: direction marks and invisible characters become visible escapes, and nothing is endless.
 */

/** Controls, format characters (direction marks, tags), surrogates without a partner, and line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Format characters that ordinary writing needs: they join letters and emoji. */
const JOINERS = new Set(['\u200c', '\u200d']);

const escapeUnit = (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0');

const escapeUnseen = (character) => (JOINERS.has(character) ? character : character.split('').map(escapeUnit).join(''));

/** All of the text, with what cannot be seen as JSON's escapes. Line ends stay. */
export function visible(text) {
  return text.replace(UNSEEN, (character) => (character === '\n' ? character : escapeUnseen(character)));
}

/** A string of its own: a slice keeps the whole string alive that it was cut from, and that may be 16 MB. */
const copy = (text) => text.split('').join('');

const oneLine = (text) => text.replace(/[\s\u0085]+/g, ' ').trim().replace(UNSEEN, escapeUnseen);

/** One line of at most so many characters. */
export function line(value, most = 200) {
  const text = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  if (text.length <= most) {
    return oneLine(text);
  }
  const head = text.slice(0, most);
  const isHalf = /[\ud800-\udbff]$/.test(head); // of a character that takes two units
  return copy(oneLine(isHalf ? head.slice(0, -1) : head)) + '…';
}

/** What tells an id from others in a row: its first eight characters. */
export function shortId(id) {
  const text = line(id, 60);
  return text.length > 12 ? text.slice(0, 8) : text;
}

/** The last part of a path, of Windows too. */
export function lastFolder(path) {
  return typeof path === 'string' ? line(copy(path.slice(-300)).replace(/[\\/]+$/, '').split(/[\\/]/).pop(), 40) : '';
}

const NUMBER = new Intl.NumberFormat('en');

/** 12,345 */
export function count(number) {
  return typeof number === 'number' ? NUMBER.format(number) : '–';
}

/** "1 event", "2 events" */
export function plural(number, one, many = one + 's') {
  return count(number) + ' ' + (number === 1 ? one : many);
}

/** 64.3 MB */
export function bytes(number) {
  if (typeof number !== 'number' || !Number.isFinite(number)) {
    return '–';
  }
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = number;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return (size >= 100 || Number.isInteger(size) ? size.toFixed(0) : size.toFixed(1)) + ' ' + units[unit];
}

/** "3 h 12 min": the two largest units. */
export function duration(seconds) {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    return '–';
  }
  const whole = Math.max(0, Math.round(seconds));
  const parts = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  const first = parts.findIndex(([number]) => number > 0);
  return first < 0 ? '0 s' : parts.slice(first, first + 2).filter(([number]) => number > 0).map(([number, unit]) => number + ' ' + unit).join(' ');
}

/** 240 ms, 3.2 s, 2 min 5 s */
export function took(milliseconds) {
  if (typeof milliseconds !== 'number' || !(milliseconds >= 0)) {
    return '';
  }
  if (milliseconds < 1000) {
    return Math.round(milliseconds) + ' ms';
  }
  return milliseconds < 60_000 ? (milliseconds / 1000).toFixed(1) + ' s' : duration(milliseconds / 1000);
}

const pad = (number, digits = 2) => String(number).padStart(digits, '0');

/** 13:05:09.042, in the time of the reader; '' for what is no time. */
export function clock(timestamp) {
  const time = new Date(typeof timestamp === 'string' || typeof timestamp === 'number' ? timestamp : NaN);
  return Number.isNaN(time.getTime())
    ? ''
    : pad(time.getHours()) + ':' + pad(time.getMinutes()) + ':' + pad(time.getSeconds()) + '.' + pad(time.getMilliseconds(), 3);
}
