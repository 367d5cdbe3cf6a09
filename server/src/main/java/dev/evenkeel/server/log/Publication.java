package dev.evenkeel.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is written in one transaction: an event with its attachments, or the fact that it was
 * dropped, what was derived, and the state that changed. It is encoded here, on the thread that
 * makes it, so that the writer only fills in the ids.
 */
public final class Publication {

  /** The name of the events that say what a guard answered. */
  public static final String DECISION = "decision";

  /** Escaping what is not ASCII keeps lone surrogates, which have no form in UTF-8, writable. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /**
   * An event to derive.
   *
   * @param type {@link EventType#DERIVED} or {@link EventType#SERVER}
   * @param session whose it is
   * @param name its name
   * @param data its data
   */
  public record Derived(EventType type, Session session, String name, ObjectNode data) {}

  /** An event that needs only its id. */
  record Encoded(
      EventType type,
      Session session,
      int lane,
      String name,
      Instant time,
      @Nullable String correlationId,
      byte @Nullable [] extra,
      boolean hasCause,
      byte[] json) {}

  private final @Nullable AcceptedEvent cause;
  private final @Nullable String dropReason;
  private final List<Encoded> events;
  private final List<StateChange> changes;
  private final long bytes;

  private Publication(
      @Nullable AcceptedEvent cause,
      @Nullable String dropReason,
      List<Encoded> events,
      List<StateChange> changes) {
    this.cause = cause;
    this.dropReason = dropReason;
    this.events = events;
    this.changes = changes;
    this.bytes = bytesOf(events, changes);
  }

  private static long bytesOf(List<Encoded> events, List<StateChange> changes) {
    long bytes = 0;
    for (Encoded event : events) {
      byte[] extra = event.extra();
      bytes += event.json().length + (extra == null ? 0 : extra.length);
    }
    for (StateChange change : changes) {
      String value = change.value();
      bytes += change.key().length() + (value == null ? 0 : value.length());
    }
    return bytes;
  }

  /**
   * What came of an event. What guards said of it comes right after it, before what was derived.
   *
   * @param dropReason why it is not published, or null when it is
   */
  public static Publication of(
      AcceptedEvent accepted,
      Map<String, JsonNode> attached,
      @Nullable String dropReason,
      List<Derived> derived,
      List<StateChange> changes) {
    HookEvent event = accepted.event();
    var events = new ArrayList<Encoded>(1 + derived.size());
    if (dropReason == null) {
      byte[] extra = attached.isEmpty() ? null : bytes(attached);
      events.add(
          new Encoded(
              EventType.HOOK,
              event.session(),
              Lanes.of(event.session()),
              event.name(),
              event.time(),
              event.toolUseId(),
              extra,
              false,
              EventEncoder.encode(
                  EventType.HOOK,
                  event.session(),
                  event.name(),
                  event.time(),
                  event.toolUseId(),
                  event.cwd(),
                  false,
                  event.utf8(),
                  extra)));
    }
    for (ObjectNode data : accepted.decisions()) {
      var decision = new Derived(EventType.DERIVED, event.session(), DECISION, data);
      events.add(encoded(decision, event.time(), dropReason == null));
    }
    for (Derived each : derived) {
      events.add(encoded(each, event.time(), dropReason == null));
    }
    return new Publication(accepted, dropReason, events, changes);
  }

  /** What came of no event: of a periodic task, or of the server's own doing. */
  public static Publication of(List<Derived> derived, List<StateChange> changes, Instant time) {
    return new Publication(
        null, null, derived.stream().map(each -> encoded(each, time, false)).toList(), changes);
  }

  private static Encoded encoded(Derived derived, Instant time, boolean hasCause) {
    byte[] data = bytes(derived.data());
    String toolUseId = derived.data().path("tool_use_id").textValue();
    return new Encoded(
        derived.type(),
        derived.session(),
        Lanes.of(derived.session()),
        derived.name(),
        time,
        toolUseId,
        data,
        hasCause,
        EventEncoder.encode(
            derived.type(),
            derived.session(),
            derived.name(),
            time,
            toolUseId,
            null,
            hasCause,
            ByteBuffer.wrap(data),
            null));
  }

  static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsString(value).getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** About what it takes in memory until it is written. */
  public long bytes() {
    return bytes;
  }

  @Nullable AcceptedEvent cause() {
    return cause;
  }

  @Nullable String dropReason() {
    return dropReason;
  }

  List<Encoded> events() {
    return events;
  }

  List<StateChange> changes() {
    return changes;
  }
}
