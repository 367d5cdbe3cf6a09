package dev.evenkeel.server.extension;

/** What becomes of somebody who wants to call an extension. */
public enum Entry {
  /** He may call, and has to leave. */
  ENTERED,
  /** The extension is being exchanged: he may come again in a moment. */
  CLOSED,
  /** It is not in use any more: the line-up may have its successor. */
  GONE
}
