package dev.evenkeel.extensions.gitbranch;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was found for a folder.
 *
 * @param name the branch, or a commit's short hash; null where there is none to tell
 * @param readAt when it was read, in milliseconds since 1970
 */
record Branch(@Nullable String name, long readAt) {

  /** How long it is taken for true. */
  static final Duration FRESH = Duration.ofSeconds(300);

  static Branch found(@Nullable String name, Instant now) {
    return new Branch(name, now.toEpochMilli());
  }

  /** Whether it need not be read again. A clock that was set back makes it old. */
  boolean isFreshAt(Instant now) {
    long age = now.toEpochMilli() - readAt;
    return age >= 0 && age < FRESH.toMillis();
  }
}
