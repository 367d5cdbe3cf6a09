package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** All faults that there are. */
public final class Faults {

  private Faults() {}

  /** Those that are soon over. */
  public static List<Fault> quick() {
    return List.of(
        TargetFaults.killed(3),
        TargetFaults.closesGracefully(2),
        TargetFaults.cutOff(Duration.ofSeconds(3), List.of()),
        TargetFaults.refusesTheToken(Duration.ofMillis(500)));
  }

  /** All of them, for as long and as often as they are promised. */
  public static List<Fault> all() {
    return List.of(
        TargetFaults.killed(20),
        TargetFaults.paused(Duration.ofSeconds(60)),
        TargetFaults.closesGracefully(10),
        TargetFaults.neverAcknowledges(Duration.ofSeconds(30)),
        TargetFaults.readsSlowly(Duration.ofSeconds(30)),
        TargetFaults.cutOff(Duration.ofSeconds(60), TargetFaults.USUAL_PINGS),
        new NetworkDisconnected(Duration.ofSeconds(60)),
        TargetFaults.wrongPort(),
        TargetFaults.refusesTheToken(Duration.ofSeconds(15)),
        TargetFaults.answersGarbage(Duration.ofSeconds(20)),
        TargetFaults.redirects(Duration.ofSeconds(15)),
        TargetFaults.oneOfThreeDead(10_000),
        EvenkeelFaults.killed(20),
        EvenkeelFaults.terminated(5),
        new LargeLog(512L << 20),
        new ClockJumps(),
        DiskFaults.full(2_000),
        DiskFaults.readOnly(2_000),
        DiskFaults.readOnlyAtStart(),
        DiskFaults.damaged(),
        ClientFaults.stalledAndVanishing(100, 1_000),
        ClientFaults.hostile(Duration.ofSeconds(20)));
  }

  /**
   * Those that can happen in the middle of any run with one target. What restarts the server comes
   * first, so that a long time is left in which nothing but events can make it grow.
   */
  public static List<Fault> anywhere() {
    return List.of(
        EvenkeelFaults.killed(20),
        EvenkeelFaults.terminated(5),
        TargetFaults.killed(20),
        TargetFaults.closesGracefully(10),
        TargetFaults.neverAcknowledges(Duration.ofSeconds(15)),
        TargetFaults.answersGarbage(Duration.ofSeconds(5)),
        TargetFaults.redirects(Duration.ofSeconds(5)),
        ClientFaults.stalledAndVanishing(100, 1_000));
  }

  /**
   * The faults of a selection.
   *
   * @param selection {@code all}, {@code quick}, or names with commas between them
   * @throws IllegalArgumentException when there is no fault of such a name
   */
  public static List<Fault> named(String selection) {
    if (selection.equals("all")) {
      return all();
    }
    if (selection.equals("quick")) {
      return quick();
    }
    var named = new ArrayList<Fault>();
    for (String name : Arrays.stream(selection.split(",")).map(String::strip).toList()) {
      named.add(
          all().stream()
              .filter(fault -> fault.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no fault '%s'; there are: all, quick, %s"
                              .formatted(name, names()))));
    }
    return named;
  }

  private static String names() {
    return all().stream().map(Fault::name).collect(Collectors.joining(", "));
  }
}
