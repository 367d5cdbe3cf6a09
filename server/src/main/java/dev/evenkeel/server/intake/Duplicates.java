package dev.evenkeel.server.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.budget.QueueState;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Knows the tool events of the last two seconds, because an agent whose hook is registered in the
 * user's and in the project's settings sends each twice.
 */
final class Duplicates {

  private static final Duration REMEMBERED = Duration.ofSeconds(2);
  private static final int CAPACITY = 4096;

  private record Key(Session session, String event, String toolUseId, String digest) {}

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
   * @param outcome what becomes of it
   * @return what becomes of the same event that came before, or null when this is the first
   */
  @Nullable CompletableFuture<Intake.Outcome> firstOf(
      HookEvent event, CompletableFuture<Intake.Outcome> outcome) {
    String toolUseId = event.toolUseId();
    if (toolUseId == null) {
      return null;
    }
    var key = new Key(event.session(), event.name(), toolUseId, digest(event));
    return recent.asMap().putIfAbsent(key, outcome);
  }

  private static String digest(HookEvent event) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(event.utf8());
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  QueueState state() {
    return new QueueState("recent-tool-events", recent.estimatedSize(), CAPACITY, -1, -1);
  }
}
