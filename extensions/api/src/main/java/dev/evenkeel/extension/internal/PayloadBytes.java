package dev.evenkeel.extension.internal;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.extension.HookEvent;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The bytes of an event's payload without a copy, for who writes them elsewhere. */
public final class PayloadBytes {

  // Mutable state. Written once, when the class of events is loaded
  private static volatile @Nullable Function<HookEvent, byte[]> access;

  private PayloadBytes() {}

  /** Lets {@link #of} look into events. Called by their class. */
  public static void accessWith(Function<HookEvent, byte[]> look) {
    access = look;
  }

  /** An event's payload itself; not to be changed. */
  public static byte[] of(HookEvent event) {
    return requireNonNull(access, "an event exists before its class").apply(event);
  }
}
