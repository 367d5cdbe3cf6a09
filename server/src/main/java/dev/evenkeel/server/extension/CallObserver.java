package dev.evenkeel.server.extension;

/** Is told of each call that has ended, on its thread: it has to return at once. */
@FunctionalInterface
public interface CallObserver {

  /** Wants to know nothing. */
  CallObserver NONE = (extension, nanos) -> {};

  /** A call has taken so long. */
  void called(String extension, long nanos);
}
