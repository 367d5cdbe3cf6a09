package dev.evenkeel.extensions.redact;

import org.jspecify.annotations.Nullable;

/**
 * Knows one kind of secret by its form. It is asked only where one of its keywords stands, and what
 * it does there is bounded, or looks at a run of characters only once: so all of them together are
 * linear in the text.
 */
non-sealed interface Detector extends Rule {

  /**
   * The secret at this place, or null.
   *
   * @param at where the keyword begins
   * @param length how long it is
   */
  @Nullable Finding find(Text text, int at, int length);
}
