package dev.evenkeel.extension;

/** Rewrites what is kept of an event, before it is kept. */
@FunctionalInterface
public interface EventFilter {

  /**
   * Returns the event to keep: the same, or {@link HookEvent#withPayload another payload}. It has
   * 250 ms for each begun megabyte of the event. When it throws or is late, the server keeps the
   * event without its payload: nothing goes through unfiltered.
   */
  HookEvent filter(HookEvent event) throws Exception;
}
