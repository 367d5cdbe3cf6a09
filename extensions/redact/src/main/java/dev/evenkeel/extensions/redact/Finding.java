package dev.evenkeel.extensions.redact;

/**
 * A secret in a text.
 *
 * @param from where it begins in the text's bytes
 * @param to where it ends
 * @param kind what it is, for its marker
 * @param sure whether its own form tells what it is; else only what stands before it does
 */
record Finding(int from, int to, String kind, boolean sure) {

  boolean overlaps(Finding other) {
    return from < other.to && other.from < to;
  }

  /** Both as one: no byte of either stays. */
  Finding with(Finding other) {
    Finding better = other.sure && !sure ? other : this;
    return new Finding(
        Math.min(from, other.from), Math.max(to, other.to), better.kind, better.sure);
  }
}
