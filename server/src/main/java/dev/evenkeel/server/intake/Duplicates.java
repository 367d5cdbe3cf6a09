package dev.evenkeel.server.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.extension.internal.PayloadBytes;
import dev.evenkeel.server.budget.QueueState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Knows the tool events of the last two seconds, because an agent whose hook is registered in the
 * user's and in the project's settings sends each twice.
 */
final class Duplicates {

  private static final Duration REMEMBERED = Duration.ofSeconds(2);
  private static final int CAPACITY = 4096;

  /**
   * What makes two events the same. Length and checksum stand for the bytes: other bytes with the
   * same checksum would also need the same session, event and {@code tool_use_id}, which one agent
   * gives to one call, within two seconds. What guards are asked about and what not are apart: each
   * needs an answer of its own.
   */
  private record Key(
      Session session, String event, String toolUseId, int length, long checksum, boolean judged) {}

  private final Cache<Key, CompletableFuture<Intake.Outcome>> recent;

  Duplicates(Ticker ticker) {
    recent =
        Caffeine.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(CAPACITY)
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /**
   * Remembers an event.
   *
   * @param judged whether guards are asked about it
   * @param outcome what becomes of it
   * @return what becomes of the same event that came before, or null when this is the first
   */
  @Nullable CompletableFuture<Intake.Outcome> firstOf(
      HookEvent event, boolean judged, CompletableFuture<Intake.Outcome> outcome) {
    String toolUseId = event.toolUseId();
    if (toolUseId == null) {
      return null;
    }
    return recent.asMap().putIfAbsent(keyOf(event, toolUseId, judged), outcome);
  }

  private static Key keyOf(HookEvent event, String toolUseId, boolean judged) {
    byte[] payload = PayloadBytes.of(event);
    var checksum = new CRC32C();
    checksum.update(payload);
    return new Key(
        event.session(), event.name(), toolUseId, payload.length, checksum.getValue(), judged);
  }

  QueueState state() {
    return new QueueState("recent-tool-events", recent.estimatedSize(), CAPACITY, -1, -1);
  }
}
