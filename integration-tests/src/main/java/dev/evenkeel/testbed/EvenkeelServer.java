package dev.evenkeel.testbed;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The packaged server as users run it: {@linkplain EvenkeelProcess a process of this machine}, or
 * {@linkplain EvenkeelContainer a container} of its own image. It keeps its port and its data over
 * {@link #kill}, {@link #stop} and {@link #start}.
 */
public sealed interface EvenkeelServer extends AutoCloseable
    permits EvenkeelProcess, EvenkeelContainer {

  /** Sets an environment variable, before the first start. */
  EvenkeelServer with(String variable, String value);

  /** Gives it a started target, under the target's name, before the first start. */
  default EvenkeelServer withTarget(SocketIoServer target) {
    return with(urlVariable(target.name()), target.bridgeUrl());
  }

  /** The variable that says where the target of this name is. */
  static String urlVariable(String target) {
    return "EVENKEEL_TARGETS_" + target.toUpperCase(Locale.ROOT) + "_URL";
  }

  /** Gives it the jar of an extension, before the first start. */
  EvenkeelServer withExtension(Path jar);

  /** Starts it and waits until it answers. */
  EvenkeelServer start();

  /** How often it was started. */
  int starts();

  /** Kills it: nothing is closed. */
  void kill();

  /**
   * Asks it to end, and waits for that.
   *
   * @return its exit code
   */
  int stop();

  /** The port of this machine on which it listens. */
  int port();

  /** How it is called. It runs. */
  Access access();

  /** Its data folder, as this machine sees it. */
  Path dataDir();

  /** Its process id, as this machine sees it. */
  long pid();

  /** The memory that it holds, in bytes. */
  default long rssBytes() {
    return new Proc(pid()).rssBytes();
  }

  /** The most memory that it held since its last start, in bytes. */
  default long peakRssBytes() {
    return new Proc(pid()).peakRssBytes();
  }

  /** What it has read of files and sockets since its last start, in bytes. */
  default long readBytes() {
    return new Proc(pid()).readBytes();
  }

  /** Its threads. */
  default int threads() {
    return new Proc(pid()).threads();
  }

  /** Its open file descriptors. */
  default int fileDescriptors() {
    return new Proc(pid()).fileDescriptors();
  }

  /** Ends it, whatever state it is in. */
  @Override
  void close();
}
