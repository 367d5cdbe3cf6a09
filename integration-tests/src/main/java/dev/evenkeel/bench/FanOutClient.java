package dev.evenkeel.bench;

import dev.evenkeel.testbed.BareClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A Socket.IO client that counts the events that it is sent, and does nothing else with them. */
final class FanOutClient implements AutoCloseable {

  private final BareClient client;
  private final Thread thread;
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

  // Mutable state, guarded by this
  private int events;
  private boolean over;

  private FanOutClient(BareClient client) {
    this.client = client;
    this.thread = Thread.ofVirtual().unstarted(this::count);
  }

  /** Joins, and returns when the server has let it in and sent what it sends to who joins. */
  static FanOutClient join(int port) throws IOException {
    BareClient bare = BareClient.joinReading(port, "{\"history\":0}");
    var client = new FanOutClient(bare);
    while (!bare.read().startsWith("40")) {
      // Engine.IO's own handshake comes first.
    }
    client.thread.start();
    return client;
  }

  private void count() {
    try {
      while (true) {
        String head = client.skip();
        if (head.startsWith("42[\"claude_event\"")) {
          counted();
        } else if (head.equals("2")) {
          client.write("3");
        } else if (head.startsWith("42[\"missed\"")) {
          throw new IOException("a client missed events: it is too slow for this machine");
        }
      }
    } catch (EOFException e) {
      ended();
    } catch (IOException e) {
      failure.set(e);
      ended();
    }
  }

  private synchronized void counted() {
    events++;
    notifyAll();
  }

  private synchronized void ended() {
    over = true;
    notifyAll();
  }

  /** Waits until it has so many events. */
  synchronized void awaitEvents(int count) throws IOException {
    try {
      while (events < count) {
        if (over) {
          IOException why = failure.get();
          throw why == null ? new IOException("a client was sent away") : why;
        }
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
