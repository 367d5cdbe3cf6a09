package dev.evenkeel.server.hub;

import org.jspecify.annotations.Nullable;

/** Decides who may read events, as the server's other doors do. */
@FunctionalInterface
public interface Admission {

  /**
   * Whether somebody may come in who brings these.
   *
   * @param authorization the header of this name
   * @param token {@code auth.token}: what a browser says, which cannot set the header
   */
  boolean admits(@Nullable String authorization, @Nullable String token);
}
