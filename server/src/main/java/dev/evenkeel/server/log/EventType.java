package dev.evenkeel.server.log;

import java.util.Locale;

/** Where a published event comes from. The codes are part of the file's format. */
public enum EventType {
  /** From an agent. */
  HOOK(0),
  /** From a processor or a periodic task of an extension. */
  DERIVED(1),
  /** From the server itself. */
  SERVER(2);

  private final int code;

  EventType(int code) {
    this.code = code;
  }

  private static final EventType[] BY_CODE = values();

  /** The word in a published event. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number in the log. */
  public int code() {
    return code;
  }

  static EventType ofCode(int code) {
    return BY_CODE[code];
  }
}
