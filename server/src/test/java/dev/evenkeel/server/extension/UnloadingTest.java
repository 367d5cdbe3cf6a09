package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnloadingTest {

  private static final Duration SOON = Duration.ofMillis(20);
  private static final List<Duration> LATER = List.of(SOON, SOON);

  private final AtomicInteger collections = new AtomicInteger();

  @Test
  @DisplayName("Many that are released together are collected at once, and then there is rest")
  void collectsOnceForMany() {
    var unloading = new Unloading(Duration.ofSeconds(1), LATER, this::collect);
    for (int i = 0; i < 20; i++) {
      unloading.of(loader());
    }
    await().until(() -> unloading.waiting() == 0);
    assertThat(collections).hasValue(1);
    unloading.of(loader());
    await().until(() -> unloading.waiting() == 0);
    assertThat(collections).hasValue(2);
  }

  @Test
  @DisplayName("One that something holds for longer is tried again")
  void triesAgain() {
    var held = new AtomicReference<>(loader());
    var unloading =
        new Unloading(
            SOON,
            LATER,
            () -> {
              if (collections.get() == 1) {
                held.set(null);
              }
              collect();
            });
    unloading.of(held.get());
    await().until(() -> unloading.waiting() == 0);
    assertThat(collections).hasValue(2);
  }

  @Test
  @DisplayName("One that something holds for ever does not stop the server again and again")
  void givesUp() {
    var unloading = new Unloading(SOON, LATER, this::collect);
    ClassLoader held = loader();
    unloading.of(held);
    await().until(() -> unloading.waiting() == 0);
    assertThat(collections).hasValue(3);
    Reference.reachabilityFence(held);
  }

  private void collect() {
    collections.incrementAndGet();
    System.gc();
  }

  private static ClassLoader loader() {
    return new URLClassLoader(new URL[0]);
  }
}
