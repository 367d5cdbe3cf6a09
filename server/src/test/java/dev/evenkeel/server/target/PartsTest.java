package dev.evenkeel.server.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.extension.HookEvent;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The small parts, each by itself. */
class PartsTest {

  @Nested
  class Settings {

    @Test
    void aPoolNeedsAConnection() {
      assertThatThrownBy(() -> PoolConfig.DEFAULT.withMaxConnections(0))
          .hasMessage("evenkeel.pool.max-connections is 0; a pool needs at least 1");
      assertThatThrownBy(() -> PoolConfig.DEFAULT.withMaxConnections(65))
          .hasMessage("evenkeel.pool.max-connections is 65; at most 64 are possible");
    }

    @Test
    void timesAreLongerThanNothing() {
      assertThatThrownBy(() -> PoolConfig.DEFAULT.withCleanupInterval(Duration.ZERO))
          .hasMessage("evenkeel.pool.cleanup-interval is PT0S; it needs to be longer than nothing");
      assertThatThrownBy(
              () -> PoolConfig.DEFAULT.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
          .hasMessageContaining("backoff-max is PT1S");
    }

    @Test
    void aTargetNeedsAnAddressWithoutAPath() {
      assertThatThrownBy(() -> new TargetConfig("a", URI.create("localhost:8765")))
          .hasMessage(
              "evenkeel.targets.a.url is 'localhost:8765'; it needs to be like http://host:port");
      assertThatThrownBy(() -> new TargetConfig("a", URI.create("http://localhost:8765/agents")))
          .hasMessageContaining("a namespace goes to .namespace");
      assertThatThrownBy(() -> new TargetConfig("a/b", URI.create("http://localhost:8765")))
          .hasMessageContaining("evenkeel.targets.a/b");
    }

    @Test
    void aTokenIsNotPrinted() {
      var config = new TargetConfig("a", URI.create("http://h:1"), "s3cret", "/", Acknowledge.AUTO);
      assertThat(config.toString()).doesNotContain("s3cret");
    }
  }

  @Nested
  class Encoding {

    private final byte[] json = "{\"text\":\"äö\"}".getBytes(StandardCharsets.UTF_8);

    private String message(String namespace, String name, int id) {
      byte[] head = new EventEncoder(namespace).head(name, id);
      return new String(head, StandardCharsets.UTF_8)
          + new String(json, StandardCharsets.UTF_8)
          + new String(EventEncoder.TAIL, StandardCharsets.UTF_8);
    }

    @Test
    void anEventIsWrappedAndNotRewritten() {
      assertThat(message("/", "claude_event", 17))
          .isEqualTo("4217[\"claude_event\",{\"text\":\"äö\"}]");
      assertThat(message("/agents", "claude_event", 0))
          .isEqualTo("42/agents,0[\"claude_event\",{\"text\":\"äö\"}]");
      assertThat(message("/", "missed", EventEncoder.NO_ACKNOWLEDGEMENT))
          .isEqualTo("42[\"missed\",{\"text\":\"äö\"}]");
    }

    @Test
    void theSizeIsThatOfTheBytesOnTheWire() {
      for (int id : new int[] {-1, 0, 17, 999_999}) {
        for (String namespace : new String[] {"/", "/agents"}) {
          assertThat(new EventEncoder(namespace).encodedSize("missed", id, json.length))
              .isEqualTo(message(namespace, "missed", id).getBytes(StandardCharsets.UTF_8).length);
        }
      }
    }

    @Test
    void aStubHasTheEnvelopeAndSaysWhatWasLeftOut() throws IOException {
      byte[] event =
          ("{\"id\":\"0001\",\"type\":\"hook\",\"data\":{\"id\":\"inner\",\"text\":[1,{\"a\":2}]},"
                  + "\"extra\":1,\"source\":\"codex\",\"session_id\":\"s\",\"cause\":\"0000\"}")
              .getBytes(StandardCharsets.UTF_8);
      assertThat(new ObjectMapper().readTree(EventEncoder.stub(event, 99)))
          .isEqualTo(
              new ObjectMapper()
                  .readTree(
                      "{\"id\":\"0001\",\"type\":\"hook\",\"source\":\"codex\",\"session_id\":\"s\","
                          + "\"cause\":\"0000\",\"data\":{\"truncated\":true,\"bytes\":"
                          + event.length
                          + ",\"limit\":99}}"));
    }

    @Test
    void anEventOfTheGreatestDepthThatIsTakenHasAStubToo() throws Exception {
      int levels = HookEvent.MAX_DEPTH - 1;
      String deep = "{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + "}";
      String taken = HookEvent.read("claude-code", deep, Instant.EPOCH).json();
      byte[] event = ("{\"id\":\"0001\",\"data\":" + taken + "}").getBytes(StandardCharsets.UTF_8);
      assertThat(new ObjectMapper().readTree(EventEncoder.stub(event, 99)).at("/id").asText())
          .isEqualTo("0001");
    }
  }

  @Nested
  class Reading {

    private int acknowledgementId(String text) {
      return Wire.acknowledgementId(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void acknowledgementsAreReadDownToTheirId() {
      assertThat(acknowledgementId("4317[\"ok\"]")).isEqualTo(17);
      assertThat(acknowledgementId("430[]")).isZero();
      assertThat(acknowledgementId("43/agents,5[]")).isEqualTo(5);
      assertThat(acknowledgementId("461-12[{\"_placeholder\":true,\"num\":0}]")).isEqualTo(12);
      assertThat(acknowledgementId("462-/agents,7[]")).isEqualTo(7);
    }

    @Test
    void whatIsNoAcknowledgementHasNoId() {
      assertThat(acknowledgementId("43")).isEqualTo(-1);
      assertThat(acknowledgementId("43[]")).isEqualTo(-1);
      assertThat(acknowledgementId("43/agents")).isEqualTo(-1);
      assertThat(acknowledgementId("46")).isEqualTo(-1);
      assertThat(acknowledgementId("4399999999999999999999[]")).isEqualTo(-1);
    }

    @Test
    void theHandshakeSaysTheLimits() throws IOException {
      assertThat(
              Handshake.parse(
                  "{\"sid\":\"a\",\"upgrades\":[\"websocket\"],\"pingInterval\":300,"
                      + "\"pingTimeout\":200,\"maxPayload\":1000}"))
          .isEqualTo(new Handshake("a", Duration.ofMillis(300), Duration.ofMillis(200), 1000));
      assertThat(Handshake.parse("{\"sid\":\"a\"}").noticeTime()).isEqualTo(Duration.ofSeconds(45));
      assertThatThrownBy(() -> Handshake.parse("[]")).isInstanceOf(IOException.class);
    }
  }

  @Nested
  class Endings {

    @Test
    void onlyTheServersWordCountsAsNoticed() {
      var refused = new ConnectException("Failed to connect to /127.0.0.1:1");
      refused.initCause(new ConnectException("Connection refused"));
      assertThat(Ending.ofFailure(refused, false).why()).isEqualTo("connection refused");
      assertThat(Ending.ofFailure(refused, false).isNoticed()).isTrue();
      assertThat(Ending.ofFailure(new EOFException(), true).kind()).isEqualTo(Ending.Kind.CUT);
      assertThat(Ending.ofFailure(new SocketTimeoutException("timeout"), false).kind())
          .isEqualTo(Ending.Kind.SILENT);
    }
  }

  @Nested
  class Pauses {

    @Test
    void pausesGrowToTheLongestAndBeginAgain() {
      var backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1000), new Random(1));
      for (int ceiling : new int[] {100, 200, 400, 800, 1000, 1000}) {
        assertThat(backoff.next())
            .isBetween(Duration.ofMillis(ceiling / 2), Duration.ofMillis(ceiling));
      }
      backoff.reset();
      assertThat(backoff.next()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    }
  }

  @Nested
  class Windows {

    private final Window window = new Window(4, 100);
    private final Outbound word = Outbound.missed(1, 70);
    private final Outbound behind = event(2, 10);

    private Outbound event(long id, int bytes) {
      return Outbound.event(id, new byte[bytes], bytes);
    }

    private Outbound send(int acknowledgementId) {
      Outbound next = window.next(4, false);
      window.sending(next, acknowledgementId, 0, 0);
      return next;
    }

    @Test
    void theWordThatEventsAreMissedIsNotWaitedFor() {
      window.add(word);
      window.add(behind);
      assertThat(window.next(1, false)).isSameAs(word);
      send(0);
      assertThat(window.next(1, false)).as("it takes no event's place").isSameAs(behind);
      assertThat(window.next(1, true)).as("one by one it does").isNull();
      send(1);
      assertThat(window.oldestEvent()).isSameAs(behind);
      assertThat(window.newest()).isSameAs(behind);
      window.acknowledge(1);
      assertThat(window.takeDone()).isSameAs(word);
      assertThat(window.takeDone()).isSameAs(behind);
    }

    @Test
    void aWordThatNobodyAcknowledgesHasArrivedWhenTheConnectionLivesOn() {
      window.add(word);
      window.add(behind);
      window.sending(word, 0, 100, 0);
      window.sending(behind, 1, 100, 0);
      window.arrivedUpTo(99);
      assertThat(window.takeDone()).isNull();
      window.arrivedUpTo(100);
      assertThat(window.takeDone()).isSameAs(word);
      assertThat(window.takeDone()).as("an event has to be acknowledged").isNull();
    }

    @Test
    void whatTheConnectionRefusedNeverLeaves() {
      Outbound event = event(1, 10);
      window.add(event);
      window.sending(event, EventEncoder.NO_ACKNOWLEDGEMENT, 0, 10);
      window.refused(event);
      window.left(1_000);
      assertThat(window.takeDone()).isNull();
    }

    @Test
    void whatIsAcknowledgedOutOfOrderWaitsForWhatIsBefore() {
      window.add(event(1, 10));
      window.add(event(2, 10));
      send(0);
      send(1);
      window.acknowledge(1);
      window.acknowledge(77);
      assertThat(window.takeDone()).isNull();
      window.acknowledge(0);
      assertThat(window.takeDone().id).isEqualTo(1);
      assertThat(window.takeDone().id).isEqualTo(2);
      assertThat(window.takeDone()).isNull();
      assertThat(window.isEmpty()).isTrue();
      assertThat(window.bytes()).isZero();
    }

    @Test
    void aLargerEventGoesAlone() {
      window.add(event(1, 10));
      window.add(event(2, 500));
      window.add(event(3, 10));
      assertThat(send(0).id).isEqualTo(1);
      assertThat(window.next(4, false)).isNull();
      window.acknowledge(0);
      window.takeDone();
      assertThat(send(1).id).isEqualTo(2);
      assertThat(window.next(4, false)).isNull();
    }

    @Test
    void notMoreThanAllowedAreInFlight() {
      for (int id = 1; id <= 4; id++) {
        window.add(event(id, 1));
      }
      send(0);
      assertThat(window.next(1, false)).isNull();
      assertThat(window.next(2, false)).isNotNull();
      assertThat(window.freeEvents()).isZero();
    }

    @Test
    void itGivesBackWhatWasReservedOnce() {
      window.add(event(1, 10));
      window.add(event(2, 20));
      send(0);
      window.acknowledge(0);
      assertThat(window.takeDone().reserved).isEqualTo(10);
      assertThat(window.drop()).isEqualTo(20);
      assertThat(window.drop()).isZero();
    }
  }

  @Nested
  class Breaking {

    private long taken;
    private final Suspects suspects = new Suspects(() -> taken);
    private final Outbound first = Outbound.event(1, new byte[0], 0);
    private final Outbound second = Outbound.event(2, new byte[0], 0);

    @Test
    void whoWasAloneThreeTimesBehindAnotherThatWasTakenIsCondemned() {
      suspects.broke(first, second, true);
      assertThat(suspects.isCareful(0)).isTrue();
      assertThat(suspects.isAnyone(0)).isFalse();
      suspects.broke(first, first, true);
      assertThat(suspects.isAnyone(0)).isTrue();
      suspects.broke(first, first, true);
      assertThat(suspects.isCondemned(first)).isFalse();
      suspects.broke(first, first, true);
      assertThat(suspects.isCondemned(first)).isTrue();
      assertThat(suspects.isAnyone(0)).isFalse();
      assertThat(suspects.isCondemned(second)).isFalse();
      assertThat(suspects.isCareful(2)).isFalse();
    }

    @Test
    void anotherBreakInBetweenBeginsAnew() {
      suspects.broke(first, first, true);
      suspects.broke(first, first, true);
      suspects.broke(second, second, true);
      suspects.broke(first, first, true);
      assertThat(suspects.isCondemned(first)).isFalse();
    }

    @Test
    void whereNothingElseWasTakenItNeedsNine() {
      for (int i = 0; i < 8; i++) {
        suspects.broke(first, first, false);
      }
      assertThat(suspects.isCondemned(first)).isFalse();
      suspects.broke(first, first, false);
      assertThat(suspects.isCondemned(first)).isTrue();
    }

    @Test
    void theNextOfThoseThatBreakTakesThreeTimesAsManyUntilAnotherIsTaken() {
      breakUntilCondemned(first, 3);
      breakUntilCondemned(second, 9);
      taken++;
      breakUntilCondemned(Outbound.event(3, new byte[0], 0), 3);
    }

    @Test
    void whatWasHeldAgainstOneMeanwhileCountsNoMoreWhenAnotherIsTaken() {
      breakUntilCondemned(first, 3);
      for (int i = 0; i < 8; i++) {
        suspects.broke(second, second, true);
      }
      taken++;
      assertThat(suspects.isCondemned(second)).isFalse();
      breakUntilCondemned(second, 3);
    }

    @Test
    void theWordThatEventsAreMissedIsTheSameWhileMoreAreGone() {
      breaks(Outbound.missed(5, 5));
      breaks(Outbound.missed(6, 6));
      assertThat(suspects.isSuspected(Outbound.missed(7, 7))).isTrue();
      assertThat(suspects.isSuspected(Outbound.event(6, new byte[0], 0))).isFalse();
      breaks(Outbound.missed(7, 7));
      assertThat(suspects.isCondemned(Outbound.missed(8, 8))).isTrue();
      assertThat(suspects.isCondemned(Outbound.event(8, new byte[0], 0))).isFalse();
      suspects.passedOver(Outbound.missed(8, 8));
      assertThat(suspects.isCondemned(Outbound.event(8, new byte[0], 0))).isFalse();
    }

    private void breaks(Outbound alone) {
      suspects.broke(alone, alone, true);
    }

    private void breakUntilCondemned(Outbound message, int breaks) {
      for (int i = 0; i < breaks; i++) {
        assertThat(suspects.isCondemned(message)).isFalse();
        suspects.broke(message, message, true);
      }
      assertThat(suspects.isCondemned(message)).isTrue();
      suspects.passedOver(message);
      assertThat(suspects.isCondemned(message)).as("also when it is read again").isTrue();
      assertThat(suspects.isAnyone(message.id - 1)).isFalse();
    }

    @Test
    void whenThreeControlsAreNotAnsweredTheSuspectGoesWithoutOnce() {
      for (int i = 0; i < 3; i++) {
        assertThat(suspects.wantControl()).isTrue();
        suspects.controlUnanswered();
      }
      suspects.broke(first, first, true);
      assertThat(suspects.wantControl()).isFalse();
      assertThat(suspects.isTrial(first)).isTrue();
      assertThat(suspects.isTrial(second)).as("its silence means something").isFalse();
      assertThat(suspects.wantControl()).isTrue();
      assertThat(suspects.isTrial(first)).isFalse();
    }

    @Test
    void whatBreaksWithTheControlIsNobodysFault() {
      var control = Outbound.control(1, new byte[0], 0);
      suspects.broke(second, second, true);
      for (int i = 0; i < 20; i++) {
        suspects.broke(control, control, false);
      }
      assertThat(suspects.isCondemned(control)).isFalse();
      assertThat(suspects.isCondemned(second)).isFalse();
      assertThat(suspects.isAnyone(1)).isTrue();
      assertThat(suspects.isAnyone(2)).isFalse();
    }

    @Test
    void silenceIsNobodysFault() {
      for (int i = 0; i < 20; i++) {
        suspects.fellSilent(first);
      }
      assertThat(suspects.isCondemned(first)).isFalse();
      assertThat(suspects.isCareful(0)).isTrue();
    }
  }
}
