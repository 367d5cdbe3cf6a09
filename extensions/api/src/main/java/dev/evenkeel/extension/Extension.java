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
 *   <li>{@link #start} is called once on each object, before its first event, on a thread of its
 *       own. It has ten seconds.
 *   <li>Everything is registered inside {@code start}; afterwards the context refuses
 *       registrations.
 *   <li>Processors of one session are called one event at a time, in the order in which the events
 *       were accepted. Processors of different sessions run at the same time, on different threads.
 *   <li>What a processor did (attachments, derived events, changed map entries) counts when it
 *       returns normally and in time, and as a whole; if it throws or is late, none of it counts,
 *       and the event goes on without it.
 *   <li>A call that is late is interrupted. While a call does not react to that, the extension is
 *       passed over, and the call is left alone on its thread.
 *   <li>Guards are called beside all this, on the event as it came; they change no bounded map.
 *   <li>{@link #stop} is called once, after the last call of any processor, filter, guard or task
 *       that returned in time. It has five seconds.
 *   <li>An extension whose calls fail again and again (10 of the last 20, or 3 of them late)
 *       pauses: events pass it over, after five seconds one call tries again, and each failed trial
 *       doubles the wait, up to five minutes. A filter that throws does not pause: the event loses
 *       its payload, and the next one is tried.
 *   <li>A new version is exchanged between two events: each event is processed wholly by the old
 *       one or wholly by the new one, which begins with the old one's bounded maps. Entries that do
 *       not fit its types are left out and counted. During its {@code start} it sees the maps as
 *       they were then. When it cannot start, the old one goes on.
 *   <li>An operator can switch an extension off at any time. It is stopped like one that is
 *       removed; switched on again, it begins as a new object with the maps as it left them. While
 *       a filter is off, events pass unfiltered; while one is stuck or paused, they lose their
 *       payload.
 *   <li>After its stop nothing of the server holds on to its classes. Threads that it started have
 *       to end then: those that go on are named in the log and in {@code /api/extensions}.
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
   * @throws Exception when the extension cannot work; the server names it and says why. Without one
   *     of its own extensions, or one that is {@code required}, the server does not start: going on
   *     without a filter could keep what it should have taken out. Any other is left out
   */
  void start(ExtensionContext context) throws Exception;

  /** Gives back what {@link #start} took, threads and connections for example. */
  default void stop() {}
}
