package dev.evenkeel.server.extension;

/** Where an extension comes from. It can be made again: each one made has a life of its own. */
public interface Origin {

  /** Where, for people: {@code class path}, or the name of a jar. */
  String where();

  /** Whether it comes with the server, so that its filters may run on the threads of the doors. */
  boolean isShipped();

  /**
   * Makes the extension, and asks it what it says of itself.
   *
   * @throws RefusedException when that is not possible, or takes too long; the message says why and
   *     what to do
   */
  Made make() throws RefusedException;

  /**
   * An extension that was made and is still to be started.
   *
   * @param loader what its threads have as their context class loader: they are known by it
   * @param release gives back what it was made from, when it has been stopped; may be run twice
   */
  record Made(Introduction introduction, ExtensionLoader loader, Runnable release) {}
}
