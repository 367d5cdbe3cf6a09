package dev.evenkeel.extension;

/**
 * A value in a {@link BoundedMap} that may be known to be unfinished, a running tool call for
 * example. While it is, it is kept for {@link Limits#openMaxAge} and goes last when the map is
 * full.
 */
public interface Open {

  /** Whether the end of what this value stands for is still to come. */
  boolean isOpen();
}
