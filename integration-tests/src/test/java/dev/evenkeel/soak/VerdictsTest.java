package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each promise can be broken, and is then the only one that is. */
class VerdictsTest {

  private static final int EVENTS = 200_000;
  private static final int SAMPLES = 100;
  private static final int WARM_UP = 50_000;
  private static final double MEGABYTE = 1 << 20;

  /** A run in which every promise is kept, until something of it is changed. */
  private static final class Run {

    // Mutable state, owned by the test
    final Intervals accepted = new Intervals();
    final Intervals unsure = new Intervals();
    final Intervals refused = new Intervals();
    final Ledger target = new Ledger("target t1");
    final Ledger hub = new Ledger("hub client 1");
    final Map<String, IntToDoubleFunction> of = new HashMap<>();
    Counters counters = new Counters(EVENTS, EVENTS, 0, 0, 0, 0, EVENTS, 0, 1_000);
    List<ExtensionAccount> extensions = List.of(new ExtensionAccount("x", "running", EVENTS, 0));

    Run() {
      target.joined(3);
      for (int i = 0; i < EVENTS; i++) {
        boolean _ = accepted.add(i);
        arrive(target, i);
        arrive(hub, i);
      }
    }

    static void arrive(Ledger at, int n) {
      at.received(new Delivery(n, n + 1L, "s", new Mark("agent-1", n, n)));
    }

    double value(String name, int sample, double usual) {
      return of.getOrDefault(name, _ -> usual).applyAsDouble(sample);
    }

    Sample sample(int i) {
      long events = (long) EVENTS * (i + 1) / SAMPLES;
      // Noise as a run has it, the same each time
      double noise = Math.sin(i * 12.9898) * MEGABYTE / 2;
      double rss = 150 * MEGABYTE + 4 * noise;
      return new Sample(
          1000L * i,
          1,
          events,
          events,
          (long) value("rss", i, rss),
          (long) value("peak", i, 190 * MEGABYTE),
          (long) value("objects", i, 20 * MEGABYTE + noise),
          (int) value("threads", i, 50),
          (int) value("descriptors", i, 200),
          (int) value("connections", i, 3),
          (int) value("joined", i, 3),
          2,
          (long) value("log", i, 60 * MEGABYTE),
          (long) value("files", i, 60 * MEGABYTE),
          (long) value("removed", i, 1_000),
          (long) value("classes", i, 9_000),
          (long) value("metaspace", i, MEGABYTE),
          0,
          1_000,
          new Fullest("tools running", value("fullest", i, 1)),
          Map.of(),
          Map.of());
    }

    List<Verdict> verdicts() {
      SoakPlan plan =
          SoakPlan.DEFAULT.withEvents(EVENTS, WARM_UP).withExtensions(List.of(Path.of("x.jar")));
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < SAMPLES; i++) {
        samples.add(sample(i));
      }
      return Verdicts.of(
          new SoakResult(
              plan,
              Instant.EPOCH,
              Duration.ofSeconds(SAMPLES),
              true,
              1,
              0,
              samples,
              List.of(new Agent.Account("agent-1", accepted, unsure, refused, "")),
              List.of(target.page()),
              List.of(hub.page()),
              List.of("target t1", "hub client 1"),
              List.of(counters),
              extensions,
              List.of(),
              List.of(),
              "",
              "",
              null));
    }
  }

  private static Arguments broken(String verdict, String how, Consumer<Run> change) {
    return Arguments.of(verdict, how, change);
  }

  private static Arguments grows(String verdict, String what, double from, double perSample) {
    return broken(
        verdict, what + " grow", run -> run.of.put(what, sample -> from + perSample * sample));
  }

  private static Arguments steps(String verdict, String what, double from, double step) {
    return broken(
        verdict,
        what + " make one step",
        run -> run.of.put(what, sample -> sample < SAMPLES * 5 / 8 ? from : from + step));
  }

  static Stream<Arguments> ways() {
    double eventsBetween = (double) EVENTS / SAMPLES;
    return Stream.of(
        broken("accepted-arrived", "one never came", run -> run.accepted.add(EVENTS)),
        broken(
            "accepted-arrived",
            "fewer were dropped on purpose than never came",
            run -> {
              run.counters = new Counters(EVENTS + 3, EVENTS + 3, 0, 0, 0, 0, EVENTS, 2, 1_000);
              for (int i = 0; i < 3; i++) {
                boolean _ = run.accepted.add(EVENTS + i);
              }
            }),
        broken(
            "every-id-arrived",
            "one was published and came nowhere",
            run -> run.counters = new Counters(EVENTS, EVENTS, 0, 0, 0, 0, EVENTS + 1, 0, 1_000)),
        broken(
            "every-id-arrived",
            "a derived event came to the hub only",
            run -> {
              run.counters = new Counters(EVENTS, EVENTS, 0, 0, 0, 0, EVENTS + 1, 0, 1_000);
              run.hub.received(new Delivery(1, EVENTS + 1L, "s", null));
            }),
        broken("nothing-overtaken", "one was missed", run -> run.hub.missed(1)),
        broken("none-twice", "one came again", run -> Run.arrive(run.target, 7)),
        broken("all-answered", "one was refused", run -> run.refused.add(EVENTS)),
        broken("all-answered", "one had no answer", run -> run.unsure.add(EVENTS)),
        broken(
            "all-answered",
            "one was shed",
            run -> run.counters = new Counters(EVENTS + 1, EVENTS, 0, 0, 1, 0, EVENTS, 0, 1_000)),
        broken(
            "counters-add-up",
            "nobody knows what became of one",
            run -> run.counters = new Counters(EVENTS + 1, EVENTS, 0, 0, 0, 0, EVENTS, 0, 1_000)),
        broken(
            "counters-add-up",
            "one was counted twice",
            run -> run.counters = new Counters(EVENTS, EVENTS, 0, 1, 0, 0, EVENTS, 0, 1_000)),
        broken(
            "all-answered",
            "one was not in the log",
            run -> run.counters = new Counters(EVENTS, EVENTS, 0, 0, 0, 1, EVENTS, 0, 1_000)),
        broken("few-connections", "a fourth socket for a moment", run -> run.target.joined(4)),
        grows("heap-level", "objects", 20 * MEGABYTE, 16 * eventsBetween),
        steps("heap-level", "objects", 20 * MEGABYTE, 16 * MEGABYTE),
        grows("rss-level", "rss", 150 * MEGABYTE, 20 * eventsBetween),
        grows("classes-level", "classes", 9_000, 1),
        grows("metaspace-level", "metaspace", MEGABYTE, 3 * eventsBetween),
        broken(
            "threads-level",
            "one for each 10,000 events",
            run -> run.of.put("threads", sample -> 50 + sample * (int) eventsBetween / 10_000)),
        broken(
            "descriptors-level",
            "one more in the end",
            run -> run.of.put("descriptors", sample -> sample < 60 ? 200 : 201)),
        broken(
            "connections-level",
            "one fewer in the end",
            run -> run.of.put("connections", sample -> sample < 60 ? 3 : 2)),
        broken(
            "joined-level",
            "one fewer in the end",
            run -> run.of.put("joined", sample -> sample < 60 ? 3 : 2)),
        broken(
            "rss-limit",
            "once",
            run -> run.of.put("peak", sample -> (sample < 5 ? 190 : 201) * MEGABYTE)),
        broken(
            "bounded-state",
            "at one sample",
            run -> run.of.put("fullest", sample -> sample == 9 ? 1.001 : 1)),
        broken(
            "log-limit",
            "at one sample",
            run -> run.of.put("log", sample -> (sample == 9 ? 65 : 60) * MEGABYTE)),
        broken(
            "log-limit",
            "files at one sample",
            run -> run.of.put("files", sample -> (sample == 9 ? 65 : 60) * MEGABYTE)),
        broken("retention-went-round", "never", run -> run.of.put("removed", _ -> 0)),
        broken(
            "extensions-ran",
            "it failed once",
            run -> run.extensions = List.of(new ExtensionAccount("x", "running", EVENTS, 1))),
        broken(
            "extensions-ran",
            "it was switched off",
            run -> run.extensions = List.of(new ExtensionAccount("x", "disabled", EVENTS, 0))),
        broken("extensions-ran", "it was not there", run -> run.extensions = List.of()));
  }

  private static Stream<String> failed(Run run) {
    return run.verdicts().stream().filter(each -> !each.isGood()).map(Verdict::name);
  }

  @Test
  void aRunInWhichNothingHappensKeepsEveryPromise() {
    assertThat(new Run().verdicts())
        .allMatch(each -> each.outcome() == Verdict.Outcome.PASSED, "is kept");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("ways")
  void aBrokenPromiseIsFoundAndNoOtherIsBlamed(String verdict, String how, Consumer<Run> change) {
    // Given
    var run = new Run();
    // When
    change.accept(run);
    // Then
    assertThat(failed(run)).as(how).containsExactly(verdict);
  }

  @Test
  void theOrderOfASessionIsBrokenByOneThatComesLate() {
    // Given a receiver that gets one behind the next
    var run = new Run();
    for (int n : new int[] {EVENTS + 1, EVENTS}) {
      boolean _ = run.accepted.add(n);
      Run.arrive(run.target, n);
      Run.arrive(run.hub, n);
    }
    run.counters = new Counters(EVENTS + 2, EVENTS + 2, 0, 0, 0, 0, EVENTS + 2, 0, 1_000);
    // Then
    assertThat(failed(run)).containsExactly("sessions-in-order");
  }

  @Test
  void aGrowthThatMayBeChanceIsNeitherKeptNorBroken() {
    // Given 10 bytes an event in noise of many more
    var run = new Run();
    run.of.put(
        "objects",
        sample ->
            20 * MEGABYTE
                + 10.0 * sample * EVENTS / SAMPLES
                + 4 * MEGABYTE * Math.sin(sample * 12.9898));
    // Then
    assertThat(run.verdicts())
        .filteredOn(each -> each.outcome() != Verdict.Outcome.PASSED)
        .singleElement()
        .matches(each -> each.name().equals("heap-level"))
        .matches(each -> each.outcome() == Verdict.Outcome.UNSURE);
  }

  @Test
  void whatWasDroppedOnPurposeIsNotLost() {
    // Given two that an extension dropped
    var run = new Run();
    boolean _ = run.accepted.add(EVENTS);
    boolean _ = run.accepted.add(EVENTS + 1L);
    run.counters = new Counters(EVENTS + 2, EVENTS + 2, 0, 0, 0, 0, EVENTS, 2, 1_000);
    // Then
    assertThat(failed(run)).isEmpty();
  }

  @Test
  void aRunThatIsTooShortForGrowthDoesNotJudgeIt() {
    // Given
    var run = new Run();
    var growth =
        new Growth("heap", "", _ -> true, Sample::liveBytes, 8, MEGABYTE, 1, MEGABYTE, "MB");
    // When
    Verdict verdict = growth.judge(List.of(run.sample(97), run.sample(98), run.sample(99)));
    // Then
    assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.NOT_JUDGED);
  }
}
