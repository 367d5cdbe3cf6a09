package dev.evenkeel.extension;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/**
 * A value in a {@link BoundedMap} that may be known to be unfinished, a running tool call for
 * example. While it is, it is kept for {@link Limits#openMaxAge} and goes last when the map is
 * full.
 *
 * <p>{@link #isOpen} is not written to JSON; a component of a record is, whatever its name.
 */
@JsonAutoDetect(isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public interface Open {

  /** Whether the end of what this value stands for is still to come. */
  boolean isOpen();
}
