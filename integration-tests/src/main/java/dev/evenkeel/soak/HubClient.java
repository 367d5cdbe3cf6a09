package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.BareClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of the hub that asks for everything behind what its listener has, again whenever its
 * connection is lost.
 */
public final class HubClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String PING = "2";
  private static final String PONG = "3";
  private static final String EVENT = "42";
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Access access;
  private final HubListener listener;
  private final Thread thread;

  // Mutable state
  private volatile boolean over;
  private volatile @Nullable BareClient client;

  /** Joins the hub of this server, and stays until it is closed. */
  public HubClient(Access access, HubListener listener) {
    this.access = access;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name(listener.receiver()).start(this::follow);
  }

  private void follow() {
    while (!over) {
      String auth = access.auth("\"after\":\"" + listener.lastId() + '"');
      try (BareClient joined = BareClient.joinReading(access.port(), auth)) {
        client = joined;
        while (!over) {
          handle(joined, joined.read());
        }
      } catch (IOException e) {
        listener.joined(0); // the server is away, or has closed the connection
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void handle(BareClient from, String message) throws IOException {
    if (message.equals(PING)) {
      from.write(PONG);
    } else if (message.startsWith("40")) {
      listener.joined(1);
    } else if (message.startsWith(EVENT)) {
      JsonNode words = JSON.readTree(message.substring(EVENT.length()));
      switch (words.get(0).asText()) {
        case "claude_event" -> listener.received(words.get(1));
        case "missed" -> listener.missed(words.get(1).get("count").asLong());
        default -> {} // the hub says some things under other names, too
      }
    }
  }

  @Override
  public void close() {
    over = true;
    BareClient open = client;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
