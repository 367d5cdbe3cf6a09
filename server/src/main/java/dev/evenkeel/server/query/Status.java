package dev.evenkeel.server.query;

import dev.evenkeel.server.guard.GuardCounters;
import dev.evenkeel.server.watch.HubView;
import dev.evenkeel.server.watch.MemorySample;
import dev.evenkeel.server.watch.TargetView;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the server is, as {@code /api/status} tells it. Counters count since its start.
 *
 * @param version of the server
 * @param uptimeSeconds since its start
 * @param received events that came: the sum of accepted, merged, rejected, shed and those under way
 * @param accepted handed to the log
 * @param merged came a second time
 * @param rejected no event, or too large
 * @param shed passed over because memory was short, or a large body waited too long
 * @param withheld accepted without their payload, because a filter failed or was late
 * @param unlogged events that the disk did not take
 * @param published events published, derived ones too
 * @param dropped events that were accepted and not published, by reason
 * @param guards what guards were asked and said
 * @param log what is kept
 * @param sessions how many sessions the log knows
 * @param memory a sample of now
 * @param hub how the hub is doing
 * @param targets how each target is doing
 * @param extensions how each extension is doing
 */
public record Status(
    String version,
    long uptimeSeconds,
    long received,
    long accepted,
    long merged,
    long rejected,
    long shed,
    long withheld,
    long unlogged,
    long published,
    Map<String, Long> dropped,
    GuardCounters.Sums guards,
    Log log,
    long sessions,
    MemorySample memory,
    HubView hub,
    Map<String, TargetView> targets,
    Map<String, Calls> extensions) {

  /**
   * What is kept.
   *
   * @param events published events
   * @param bytes what they take on disk
   * @param maxBytes what they may take
   * @param oldest the time of the oldest event, or null when there is none
   * @param writable whether the disk takes events
   * @param removed events that retention removed
   */
  public record Log(
      long events,
      long bytes,
      long maxBytes,
      @Nullable Instant oldest,
      boolean writable,
      long removed) {}

  /**
   * How an extension's calls go.
   *
   * @param state {@code running}, {@code stuck} while a late call has not returned, {@code paused}
   *     after repeated failures, {@code disabled}, or {@code failed} when it could not start
   * @param calls calls
   * @param failures calls that threw or were late
   */
  public record Calls(String state, long calls, long failures) {}
}
