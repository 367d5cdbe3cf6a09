package dev.evenkeel.server.text;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Words, each once, in the order in which they came first. A hash table over one array of
 * characters, which serves for one event after the other: an event has hundreds of words, most of
 * them more than once, and an object for each would be left to the garbage collector. One thread.
 */
final class DifferentWords implements Words.Taker {

  /** What is larger than needed for usual events is not kept. */
  private static final int USUAL_CHARACTERS = 8 << 10;

  private static final int USUAL_SLOTS = 2 << 10;

  private static final int MULTIPLIER = 0x9e3779b1;

  private final int most;

  /** So that nobody can choose words that all come to the same slot. */
  private final int seed = ThreadLocalRandom.current().nextInt();

  // Mutable state

  /** A space before each word, and behind the last. */
  private char[] text = new char[USUAL_CHARACTERS];

  private int end;

  /** Where in the text a word begins; 0 for none. At most half of them are taken. */
  private int[] slots = new int[USUAL_SLOTS];

  private int count;

  /**
   * @param most how many words there is room for
   */
  DifferentWords(int most) {
    this.most = most;
    clear();
  }

  void clear() {
    if (text.length > USUAL_CHARACTERS) {
      text = new char[USUAL_CHARACTERS];
    }
    if (slots.length > USUAL_SLOTS) {
      slots = new int[USUAL_SLOTS];
    } else if (count > 0) {
      Arrays.fill(slots, 0);
    }
    count = 0;
    text[0] = ' ';
    end = 1;
  }

  boolean isFull() {
    return count >= most;
  }

  /** Takes a word that has no space; returns whether there is room for more. */
  @Override
  public boolean take(char[] characters, int offset, int length) {
    int slot = slotOf(characters, offset, length);
    if (slots[slot] == 0 && !isFull()) {
      slots[slot] = end;
      append(characters, offset, length);
      count++;
      if (2 * count > slots.length) {
        grow();
      }
    }
    return !isFull();
  }

  private void append(char[] characters, int offset, int length) {
    if (end + length + 1 > text.length) {
      text = Arrays.copyOf(text, 2 * text.length + length);
    }
    System.arraycopy(characters, offset, text, end, length);
    end += length;
    text[end] = ' ';
    end++;
  }

  /** Where the word is, or where it belongs. */
  private int slotOf(char[] characters, int offset, int length) {
    int slot = hash(characters, offset, length) & (slots.length - 1);
    while (slots[slot] != 0 && !isAt(slots[slot], characters, offset, length)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean isAt(int start, char[] characters, int offset, int length) {
    return start + length < end
        && text[start + length] == ' '
        && Arrays.equals(text, start, start + length, characters, offset, offset + length);
  }

  private int hash(char[] characters, int offset, int length) {
    int hash = seed;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ characters[offset + i]) * MULTIPLIER;
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private void grow() {
    int[] old = slots;
    slots = new int[2 * old.length];
    for (int start : old) {
      if (start != 0) {
        int length = 0;
        while (text[start + length] != ' ') {
          length++;
        }
        slots[slotOf(text, start, length)] = start;
      }
    }
  }

  /** A space and a word, for each of them. */
  @Override
  public String toString() {
    return new String(text, 0, end - 1);
  }
}
