package dev.evenkeel.server.target;

import java.nio.charset.StandardCharsets;

/** A message on its way to a target. It belongs to one window. */
final class Outbound {

  /** The name under which events travel. */
  static final String CLAUDE_EVENT = "claude_event";

  /** The name under which a target hears of events that it cannot get any more. */
  static final String MISSED = "missed";

  final String name;
  final long id;
  final long missed;
  final byte[] json;
  final long reserved;
  private final boolean control;
  private final boolean stub;

  // Mutable state, guarded by the window
  int acknowledgementId;
  long sentAt;
  long endsAt;
  boolean sent;
  boolean slow;
  boolean done;
  boolean passedOver;

  private Outbound(
      String name,
      long id,
      long missed,
      byte[] json,
      long reserved,
      boolean control,
      boolean stub) {
    this.name = name;
    this.id = id;
    this.missed = missed;
    this.json = json;
    this.reserved = reserved;
    this.control = control;
    this.stub = stub;
  }

  /**
   * An event.
   *
   * @param reserved the bytes that the budget gives up for it
   */
  static Outbound event(long id, byte[] json, long reserved) {
    return new Outbound(CLAUDE_EVENT, id, 0, json, reserved, false, false);
  }

  /** An event that is too large for the target, without its data. */
  static Outbound stub(long id, byte[] json, long reserved) {
    return new Outbound(CLAUDE_EVENT, id, 0, json, reserved, false, true);
  }

  /** An event that the target has taken before: whether it takes it again tells how it is. */
  static Outbound control(long id, byte[] json, long reserved) {
    return new Outbound(CLAUDE_EVENT, id, 0, json, reserved, true, false);
  }

  /**
   * The word that events are gone. Its acknowledgement is welcome and not waited for: a target that
   * does not listen to it sends none.
   *
   * @param upTo the place up to which the target then knows all that can be known
   */
  static Outbound missed(long upTo, long count) {
    byte[] json = ("{\"count\":" + count + "}").getBytes(StandardCharsets.UTF_8);
    return new Outbound(MISSED, upTo, count, json, 0, false, false);
  }

  boolean isEvent() {
    return missed == 0;
  }

  boolean isStub() {
    return stub;
  }

  boolean isControl() {
    return control;
  }
}
