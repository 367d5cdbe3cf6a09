/**
 * JSON for people, bounded: it ends after so many characters, whatever the value is, also when it is nested ten thousand levels deep.
 * It does not call itself, and deep levels are not indented any further.
 */

import { visible } from '/page/text.js';

const MAX_INDENT = 40;

/**
 * The value as indented JSON.
 *
 * @returns {{text: string, isWhole: boolean}} isWhole is false when it was cut
 */
export function pretty(value, limit) {
  const parts = [];
  let length = 0;
  let isWhole = true;
  const put = (text) => {
    const room = limit - length;
    if (text.length > room) {
      isWhole = false;
    }
    parts.push(text.length > room ? text.slice(0, room) : text);
    length += Math.min(text.length, room);
  };
  const open = []; // from the outside in; keys is null for an array
  const start = (inner) => {
    if (typeof inner === 'string') {
      put(quoted(inner, limit - length));
    } else if (typeof inner !== 'object' || inner === null) {
      put(JSON.stringify(inner) ?? 'null');
    } else {
      const keys = Array.isArray(inner) ? null : Object.keys(inner);
      const size = keys === null ? inner.length : keys.length;
      if (size === 0) {
        put(keys === null ? '[]' : '{}');
      } else {
        put(keys === null ? '[' : '{');
        open.push({ of: inner, keys, size, next: 0 });
      }
    }
  };
  start(value);
  while (open.length > 0 && isWhole) {
    const level = open[open.length - 1];
    if (level.next === level.size) {
      open.pop();
      put('\n' + '  '.repeat(Math.min(open.length, MAX_INDENT)) + (level.keys === null ? ']' : '}'));
      continue;
    }
    put((level.next === 0 ? '\n' : ',\n') + '  '.repeat(Math.min(open.length, MAX_INDENT)));
    const place = level.keys === null ? level.next : level.keys[level.next];
    level.next++;
    if (level.keys !== null) {
      put(quoted(place, limit - length) + ': ');
    }
    start(level.of[place]);
  }
  return { text: parts.join(''), isWhole };
}

/** A string in quotes; of a long one no more than there is room for, and one character, so that it is seen to be cut. */
function quoted(text, room) {
  return visible(JSON.stringify(text.length > room ? text.slice(0, room + 1) : text));
}

/** Whether the value takes no more than so many characters, roughly; it looks at no more than that many. */
export function isWithin(value, most) {
  const open = [value];
  let size = 0;
  while (open.length > 0 && size <= most) {
    const each = open.pop();
    size += 8;
    if (typeof each === 'string') {
      size += each.length;
    } else if (Array.isArray(each)) {
      size += each.length;
      if (size <= most) {
        each.forEach((inner) => open.push(inner));
      }
    } else if (typeof each === 'object' && each !== null) {
      for (const key of Object.keys(each)) {
        size += key.length;
        open.push(each[key]);
      }
    }
  }
  return size <= most;
}
