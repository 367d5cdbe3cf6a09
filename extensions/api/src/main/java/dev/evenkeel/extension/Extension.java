package dev.evenkeel.extension;

import java.util.Locale;

/**
 * A piece of behaviour that Evenkeel runs on hook events: one class per jar, named in {@code
 * META-INF/services/dev.evenkeel.extension.Extension}, with a public constructor without
 * parameters.
 *
 * <p>The life of an extension:
 *
 * <ol>
 *   <li>{@link #start} is called once, before the first event, on one thread.
 *   <li>Everything is registered inside {@code start}; afterwards the context refuses
 *       registrations.
 *   <li>Processors of one session are called one event at a time, in the order in which the events
 *       were accepted. Processors of different sessions run at the same time, on different threads.
 *   <li>What a processor did (attachments, derived events, changed map entries) counts when it
 *       returns normally and in time, and as a whole; if it throws or is late, none of it counts,
 *       and the event goes on without it.
 *   <li>A call that is late is interrupted. While a call does not react to that, the extension is
 *       passed over.
 *   <li>Guards are called beside all this, on the event as it came; they change no bounded map.
 *   <li>{@link #stop} is called once, after the last call of any processor, filter, guard or task.
 * </ol>
 */
public interface Extension {

  /**
   * The name in configuration ({@code evenkeel.extensions.<name>.*}), status and metrics: lower
   * case letters, digits and hyphens. By default the class name in that form without a trailing
   * {@code Extension}: {@code GitBranchExtension} is {@code git-branch}.
   */
  default String name() {
    String simple = getClass().getSimpleName().replaceFirst("Extension$", "");
    return simple.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /**
   * Whether it runs where nothing is configured; {@code evenkeel.extensions.<name>.enabled} and the
   * operator's switch go before.
   */
  default boolean enabledByDefault() {
    return true;
  }

  /**
   * Registers what this extension does.
   *
   * @throws Exception when the extension cannot work; the server then names it, says why and does
   *     not start: going on without a filter could keep what it should have taken out
   */
  void start(ExtensionContext context) throws Exception;

  /** Gives back what {@link #start} took, threads and connections for example. */
  default void stop() {}
}
