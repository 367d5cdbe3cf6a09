package dev.evenkeel.server.hub;

import static org.awaitility.Awaitility.await;

import java.util.AbstractCollection;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatrolTest {

  /** Clients after whom the first look fails. */
  private static final class FailingOnce extends AbstractCollection<Subscriber> {

    private final AtomicInteger looks = new AtomicInteger();

    @Override
    public Iterator<Subscriber> iterator() {
      if (looks.incrementAndGet() == 1) {
        throw new IllegalStateException("the first look fails");
      }
      return Collections.emptyIterator();
    }

    @Override
    public int size() {
      return 0;
    }
  }

  @Test
  void aRoundThatFailsDoesNotEndTheRounds() {
    // Given
    var clients = new FailingOnce();
    try (var patrol =
        new Patrol(
            HubConfig.within(64 << 20),
            clients,
            new HubCounters(),
            Messages::missed,
            System::nanoTime)) {
      // When
      patrol.start();
      // Then
      await().until(() -> clients.looks.get() >= 3);
    }
  }
}
