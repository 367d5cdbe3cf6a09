package dev.evenkeel.extensions.delegations;

import org.jspecify.annotations.Nullable;

/**
 * A text that is not longer than it may be.
 *
 * @param cut whether something is missing at its end
 */
record Clipped(String text, boolean cut) {

  static Clipped of(@Nullable String text, int most) {
    if (text == null || text.length() <= most) {
      return new Clipped(text == null ? "" : text, false);
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(most - 1));
    return new Clipped(text.substring(0, splitsPair ? most - 1 : most), true);
  }
}
