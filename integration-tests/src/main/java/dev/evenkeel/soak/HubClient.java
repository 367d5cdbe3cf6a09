package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.BareClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of the hub that asks for everything since the beginning, and, when its connection is
 * lost, for everything since what it had.
 */
final class HubClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String PING = "2";
  private static final String PONG = "3";
  private static final String EVENT = "42";
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final int port;
  private final Ledger ledger;
  private final Thread thread;

  // Mutable state
  private volatile boolean over;
  private volatile @Nullable BareClient client;

  HubClient(int port, Ledger ledger) {
    this.port = port;
    this.ledger = ledger;
    this.thread = Thread.ofPlatform().name(ledger.receiver()).start(this::follow);
  }

  private void follow() {
    while (!over) {
      String after = "{\"after\":\"" + ledger.lastId() + "\"}";
      try (BareClient joined = BareClient.joinReading(port, after)) {
        client = joined;
        while (!over) {
          handle(joined, joined.read());
        }
      } catch (IOException e) {
        ledger.joined(0); // the server is away, or has closed the connection
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void handle(BareClient from, String message) throws IOException {
    if (message.equals(PING)) {
      from.write(PONG);
    } else if (message.startsWith("40")) {
      ledger.joined(1);
    } else if (message.startsWith(EVENT)) {
      JsonNode words = JSON.readTree(message.substring(EVENT.length()));
      switch (words.get(0).asText()) {
        case "claude_event" -> enter(words.get(1));
        case "missed" -> ledger.missed(words.get(1).get("count").asLong());
        default -> {} // the hub says some things under other names, too
      }
    }
  }

  private void enter(JsonNode event) {
    ledger.received(
        new Delivery(
            System.currentTimeMillis(),
            event.get("id").asLong(),
            event.path("source").asText() + '/' + event.path("session_id").asText(),
            Mark.of(event.path("data").path(Mark.FIELD))));
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
