package dev.evenkeel.soak.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verdict on a fault is broken when a promise is, and for that reason. */
class FaultVerdictTest {

  private static final List<Traffic.Snapshot> SESSIONS =
      List.of(new Traffic.Snapshot("a", 3, List.of(0, 1, 2)));
  private static final List<String> ALL = List.of(event(1, 0), event(2, 1), event(3, 2));

  @TempDir Path journal;

  /** A line as the target writes it. */
  private static String event(int id, int mark) {
    return "e\t0\t" + id + "\thook\tclaude-code/a\t" + mark;
  }

  private FaultVerdict judge(List<String> lines, List<Integer> kept, long unlogged)
      throws Exception {
    return judge(lines, kept, Set.of(), unlogged);
  }

  private FaultVerdict judge(
      List<String> lines, List<Integer> kept, Set<String> derived, long unlogged) throws Exception {
    Files.write(journal.resolve("000001"), lines);
    var arrivals = new TargetArrivals(journal);
    arrivals.readOn();
    return FaultVerdict.of(
        SESSIONS,
        Map.of("target t1", arrivals),
        target -> false,
        session -> kept,
        derived,
        unlogged);
  }

  private static List<String> with(List<String> lines, String... more) {
    return Stream.concat(lines.stream(), Arrays.stream(more)).toList();
  }

  @Test
  void allIsWellWhenEverythingIsThereOnceAndInOrder() throws Exception {
    FaultVerdict verdict = judge(ALL, List.of(0, 1, 2), 0);
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.lostOnTheWay()).isZero();
    assertThat(verdict.lostInHistory()).isZero();
  }

  @Test
  void whatNeverReachedTheTargetIsLost() throws Exception {
    FaultVerdict verdict = judge(List.of(event(1, 0), event(3, 2)), List.of(0, 1, 2), 0);
    assertThat(verdict.lostOnTheWay()).isEqualTo(1);
    assertThat(verdict.violations()).containsExactly("1 events never reached a receiver");
  }

  @Test
  void whatWasDerivedHasToArriveToo() throws Exception {
    List<String> lines = with(ALL, "e\t0\t4\tderived\tclaude-code/a\t");
    assertThat(judge(lines, List.of(0, 1, 2), Set.of("4"), 0).violations()).isEmpty();
    FaultVerdict verdict = judge(lines, List.of(0, 1, 2), Set.of("4", "5"), 0);
    assertThat(verdict.lostOnTheWay()).isEqualTo(1);
    assertThat(verdict.violations()).containsExactly("1 events never reached a receiver");
  }

  @Test
  void whatIsNotKeptIsLostUnlessItWasCounted() throws Exception {
    assertThat(judge(ALL, List.of(0), 0).lostInHistory()).isEqualTo(2);
    assertThat(judge(ALL, List.of(0), 1).lostInHistory()).isEqualTo(1);
    assertThat(judge(ALL, List.of(0), 2).violations()).isEmpty();
  }

  @Test
  void aSessionOutOfOrderIsSeenOnBothWays() throws Exception {
    assertThat(judge(List.of(event(1, 0), event(3, 2), event(2, 1)), List.of(0, 1, 2), 0))
        .extracting(FaultVerdict::violations)
        .asString()
        .contains("the target t1 has 1 behind 2");
    assertThat(judge(ALL, List.of(0, 2, 1), 0).violations().getFirst())
        .startsWith("/api/events has 1 behind 2");
  }

  @Test
  void moreRepeatsThanAWindowForEachReplacedConnectionAreTooMany() throws Exception {
    // Given three first connections and one more
    List<String> joined = with(ALL, "j\t1", "j\t2", "j\t3", "j\t2", "j\t3");
    String[] window =
        IntStream.range(0, TargetArrivals.WINDOW).mapToObj(i -> event(3, 2)).toArray(String[]::new);
    // When, Then
    List<String> allowed = with(joined, window);
    assertThat(judge(allowed, List.of(0, 1, 2), 0).violations()).isEmpty();
    assertThat(judge(with(allowed, event(3, 2)), List.of(0, 1, 2), 0).violations())
        .containsExactly("the target t1 got 65 events again, allowed 64");
  }

  @Test
  void aFourthSocketIsOneTooMany() throws Exception {
    List<String> lines = with(ALL, "j\t1", "j\t2", "j\t3", "j\t4");
    assertThat(judge(lines, List.of(0, 1, 2), 0).violations())
        .containsExactly("the target t1 had 4 sockets joined");
  }

  @Test
  void aTargetThatIsStartedAgainHasNoSocketThatWasJoinedBefore() throws Exception {
    List<String> lines = with(ALL, "j\t1", "j\t2", "j\t3", "s", "j\t1", "j\t2", "j\t3");
    FaultVerdict verdict = judge(lines, List.of(0, 1, 2), 0);
    assertThat(verdict.mostJoined()).isEqualTo(3);
    assertThat(verdict.mostRepeats()).isEqualTo(3 * TargetArrivals.WINDOW);
  }

  /** An event as a client of the hub gets it. */
  private static void receive(HubArrivals client, int id, int mark) throws Exception {
    client.received(
        new JsonMapper()
            .readTree(
                "{\"id\":\"%016d\",\"source\":\"claude-code\",\"session_id\":\"a\",\"data\":{\"soak\":%d}}"
                    .formatted(id, mark)));
  }

  private static FaultVerdict judge(HubArrivals client) {
    return FaultVerdict.of(
        SESSIONS, Map.of(HubArrivals.NAME, client), _ -> false, _ -> List.of(0, 1, 2), Set.of(), 0);
  }

  @Test
  void aClientOfTheHubHasToHaveEverythingAsWell() throws Exception {
    // Given
    var client = new HubArrivals(0);
    receive(client, 1, 0);
    receive(client, 2, 1);
    // When, Then
    assertThat(judge(client).violations()).containsExactly("1 events never reached a receiver");
    receive(client, 3, 2);
    assertThat(judge(client).violations()).isEmpty();
  }

  @Test
  void nothingComesAgainToAClientOfTheHubHoweverOftenItJoins() throws Exception {
    // Given a client that lost its connection
    var client = new HubArrivals(0);
    client.joined(1);
    for (int mark = 0; mark < 3; mark++) {
      receive(client, mark + 1, mark);
    }
    client.joined(0);
    client.joined(1);
    assertThat(judge(client).violations()).isEmpty();
    assertThat(client.lastId()).isEqualTo(3);
    // When
    receive(client, 3, 2);
    // Then
    assertThat(judge(client).violations())
        .containsExactly("the hub client got 1 events again, allowed 0");
  }

  @Test
  void aClientOfTheHubThatIsToldThatItMissedSomethingBreaksAPromise() throws Exception {
    var client = new HubArrivals(0);
    for (int mark = 0; mark < 3; mark++) {
      receive(client, mark + 1, mark);
    }
    client.missed(2);
    assertThat(judge(client).violations())
        .containsExactly("the hub client was told that it missed 2");
  }
}
