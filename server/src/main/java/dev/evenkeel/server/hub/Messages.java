package dev.evenkeel.server.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import dev.evenkeel.server.log.EventId;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.IntSupplier;

/** What the hub says, beside the events themselves. */
final class Messages {

  static final String NAMESPACE = "/";
  static final String EVENT = "claude_event";
  static final String HISTORY = "history";
  static final String EVENT_HISTORY = "event_history";

  private static final String SERVICE = "evenkeel";

  private final String version;
  private final IntSupplier port;
  private final Clock clock;
  private final Instant started;

  Messages(String version, IntSupplier port, Clock clock) {
    this.version = version;
    this.port = port;
    this.clock = clock;
    this.started = clock.instant();
  }

  /** An event, encoded once for all. */
  static OutgoingEvent event(byte[] json) {
    return OutgoingEvent.ofJson(NAMESPACE, EVENT, json);
  }

  /** Here are so many events missing. */
  static OutgoingEvent missed(long count) {
    return message("missed", object().put("count", count));
  }

  /** The object of {@code history} and {@code event_history}. */
  static byte[] historyJson(List<byte[]> events, long available) {
    int size = events.stream().mapToInt(event -> event.length + 1).sum();
    var json = new ByteArrayOutputStream(size + 80);
    json.writeBytes("{\"events\":[".getBytes(US_ASCII));
    for (int i = 0; i < events.size(); i++) {
      if (i > 0) {
        json.write(',');
      }
      json.writeBytes(events.get(i));
    }
    String rest = "],\"count\":%d,\"total_available\":%d}".formatted(events.size(), available);
    json.writeBytes(rest.getBytes(US_ASCII));
    return json.toByteArray();
  }

  /** A greeting; {@code newest} is an id to go on from when the connection is lost. */
  OutgoingEvent welcome(String clientId, long newest) {
    return message(
        "welcome",
        object().put("version", version).put("id", clientId).put("newest", EventId.text(newest)));
  }

  /** The answer to {@code get_status}, with the names that claude-mpm's clients know. */
  OutgoingEvent status(int clients) {
    return message(
        "status",
        object()
            .put("server", SERVICE)
            .put("status", "running")
            .put("version", version)
            .put("timestamp", now())
            .put("uptime", uptime())
            .put("port", port.getAsInt())
            .put("clients_connected", clients));
  }

  /** That the server lives, with the names that claude-mpm's clients know. */
  OutgoingEvent heartbeat(long number, int clients) {
    return message(
        "heartbeat",
        object()
            .put("timestamp", now())
            .put("type", "heartbeat")
            .put("server_uptime", uptime())
            .put("connected_clients", clients)
            .put("heartbeat_number", number)
            .put("message", "Evenkeel is running")
            .put("service", SERVICE)
            .put("port", port.getAsInt()));
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private long uptime() {
    return Duration.between(started, clock.instant()).toSeconds();
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static OutgoingEvent message(String name, ObjectNode content) {
    return OutgoingEvent.of(NAMESPACE, name, content);
  }
}
