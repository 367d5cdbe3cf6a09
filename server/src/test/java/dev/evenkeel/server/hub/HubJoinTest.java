package dev.evenkeel.server.hub;

import static dev.evenkeel.server.hub.RunningHub.idsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.socketio.FakeClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubJoinTest {

  @TempDir Path folder;
  private RunningHub running;

  @BeforeEach
  void start() throws Exception {
    running = new RunningHub(folder);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static List<String> names(FakeClient client) {
    return client.messages().stream().map(FakeClient.Message::name).toList();
  }

  @Test
  void aClientIsWelcomedAndGetsTheLastEventsTwiceUnderTheNamesThatDashboardsKnow()
      throws Exception {
    // Given
    running.publish("s1", "Stop", 60);
    // When
    FakeClient client = running.joined("{}");
    // Then
    await().until(() -> client.countOfMessages() == 3);
    assertThat(names(client)).containsExactly("welcome", "history", "event_history");
    JsonNode welcome = client.all("welcome").getFirst();
    assertThat(welcome.get("version").textValue()).isEqualTo("1.2.3");
    assertThat(welcome.get("id").textValue()).isEqualTo(client.id());
    assertThat(welcome.get("newest").textValue()).isEqualTo(running.allIds().getLast());
    JsonNode history = client.all("history").getFirst();
    assertThat(history).isEqualTo(client.all("event_history").getFirst());
    assertThat(history.get("count").intValue()).isEqualTo(50);
    assertThat(history.get("total_available").intValue()).isEqualTo(60);
    assertThat(idsOf(history.withArray("events").valueStream().toList()))
        .isEqualTo(running.allIds().subList(10, 60));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "7, 7", "500, 60"})
  void theClientSaysHowManyOfTheLastEventsItWants(int wanted, int comes) throws Exception {
    // Given
    running.publish("s1", "Stop", 60);
    // When
    FakeClient client = running.joined("{\"history\":" + wanted + "}");
    // Then
    await().until(() -> client.countOfMessages() == 3);
    JsonNode history = client.all("history").getFirst();
    assertThat(history.get("count").intValue()).isEqualTo(comes);
    assertThat(history.get("events")).hasSize(comes);
  }

  @Test
  void historyAndLiveEventsAreThoseOfTheFilter() throws Exception {
    // Given
    running.publish("s1", "Stop", 3);
    running.publish("s2", "Stop", 4);
    running.publish("s1", "PreToolUse", 5);
    // When
    FakeClient bySession = running.joined("{\"session\":\"s1\"}");
    FakeClient byName = running.joined("{\"name\":\"Stop\"}");
    FakeClient byBoth = running.joined("{\"session\":\"s1\",\"name\":\"Stop\"}");
    await().until(() -> byBoth.countOfMessages() == 3);
    await().until(() -> byName.countOfMessages() == 3);
    await().until(() -> bySession.countOfMessages() == 3);
    running.publish("s2", "Stop", 1);
    running.publish("s1", "Stop", 1);
    running.publish("s1", "PreToolUse", 1);
    // Then
    await().until(() -> bySession.all("claude_event").size() == 2);
    await().until(() -> byName.all("claude_event").size() == 2);
    await().until(() -> byBoth.all("claude_event").size() == 1);
    assertThat(bySession.all("history").getFirst().get("total_available").intValue()).isEqualTo(8);
    assertThat(byName.all("history").getFirst().get("total_available").intValue()).isEqualTo(7);
    assertThat(byBoth.all("history").getFirst().get("total_available").intValue()).isEqualTo(3);
    assertThat(bySession.all("history").getFirst().get("count").intValue()).isEqualTo(8);
    assertThat(byName.all("history").getFirst().get("count").intValue()).isEqualTo(7);
    assertThat(byBoth.all("history").getFirst().get("count").intValue()).isEqualTo(3);
    assertThat(byBoth.all("claude_event").getFirst().get("session_id").textValue()).isEqualTo("s1");
    assertThat(byBoth.all("claude_event").getFirst().get("event").textValue()).isEqualTo("Stop");
  }

  @Test
  void anEventIsEncodedOnceForAllWhoKeepUp() throws Exception {
    // Given
    FakeClient one = running.joined("{}");
    FakeClient other = running.joined("{\"session\":\"s1\"}");
    assertThat(one.awaitMessages(3, 10_000)).isTrue();
    assertThat(other.awaitMessages(3, 10_000)).isTrue();
    running.publish("s1", "Stop", 1);
    assertThat(one.awaitMessages(4, 10_000)).isTrue();
    assertThat(other.awaitMessages(4, 10_000)).isTrue();
    // When
    running.publish("s1", "Stop", 20);
    assertThat(one.awaitMessages(24, 10_000)).isTrue();
    assertThat(other.awaitMessages(24, 10_000)).isTrue();
    // Then
    for (int i = 4; i < 24; i++) {
      assertThat(one.handedOver().get(i)).isSameAs(other.handedOver().get(i));
    }
  }

  @Test
  void aClientGoesOnAfterTheLastEventThatItHas() throws Exception {
    // Given
    running.publish("s1", "Stop", 2000);
    List<String> ids = running.allIds();
    // When
    FakeClient client = running.joined("{\"after\":\"" + ids.get(99) + "\"}");
    running.publish("s1", "Stop", 10);
    // Then
    await().until(() -> client.countOfMessages() == 1 + 1910);
    assertThat(names(client)).startsWith("welcome", "claude_event").doesNotContain("history");
    assertThat(idsOf(client.all("claude_event"))).isEqualTo(running.allIds().subList(100, 2010));
  }

  @Test
  void afterZeroIsFromTheStartAndAfterTheNewestIsLiveOnly() throws Exception {
    // Given
    running.publish("s1", "Stop", 5);
    // When
    FakeClient all = running.joined("{\"after\":0}");
    FakeClient live = running.joined("{\"after\":\"" + running.allIds().getLast() + "\"}");
    running.publish("s1", "Stop", 1);
    // Then
    await().until(() -> all.all("claude_event").size() == 6);
    await().until(() -> live.all("claude_event").size() == 1);
    assertThat(idsOf(live.all("claude_event"))).containsExactly(running.allIds().getLast());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"after\":\"abc\"}",
        "{\"after\":-1}",
        "{\"after\":\"12345678901234567\"}",
        "{\"after\":true}",
        "{\"after\":[]}",
        "{\"after\":\"9999999999999999\"}",
        "{\"history\":501}",
        "{\"history\":-1}",
        "{\"history\":\"50\"}",
        "{\"history\":1.5}",
        "{\"session\":7}",
        "{\"session\":\"\"}",
        "{\"name\":[\"Stop\"]}",
      })
  void whatCannotBeGivenIsRefusedWithWhatIsWrong(String auth) {
    // Given
    String field = auth.substring(2, auth.indexOf('"', 2));
    // When
    String refusal = running.client(auth).join();
    // Then
    assertThat(refusal).startsWith("auth." + field + " is ").hasSizeGreaterThan(30);
    assertThat(running.hub.status().clients()).isZero();
    assertThat(running.hub.status().refused()).isEqualTo(1);
  }

  @Test
  void aFilterThatIsChangedHoldsFromItsAcknowledgementOn() throws Exception {
    // Given
    FakeClient client = running.joined("{\"session\":\"s1\"}");
    await().until(() -> client.countOfMessages() == 3);
    running.publish("s1", "Stop", 1);
    await().until(() -> client.all("claude_event").size() == 1);
    // When
    JsonNode answer = client.send("filter", FakeClient.json("{\"name\":\"Notification\"}")).join();
    running.publish("s1", "Stop", 1);
    running.publish("s2", "Notification", 1);
    // Then
    assertThat(answer).isEqualTo(FakeClient.json("{\"ok\":true}"));
    await().until(() -> client.all("claude_event").size() == 2);
    assertThat(client.all("claude_event").getLast().get("session_id").textValue()).isEqualTo("s2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "null",
        "\"s1\"",
        "{\"session\":7}",
        "{\"name\":\"\"}",
        "{\"source\":\"x\"}"
      })
  void aBadFilterIsAnErrorAndChangesNothing(String filter) throws Exception {
    // Given
    FakeClient client = running.joined("{\"session\":\"s1\"}");
    await().until(() -> client.countOfMessages() == 3);
    // When
    JsonNode answer = client.send("filter", FakeClient.json(filter)).join();
    running.publish("s2", "Stop", 1);
    running.publish("s1", "Stop", 1);
    // Then
    assertThat(answer.get("error").textValue()).contains("filter");
    await().until(() -> client.all("claude_event").size() == 1);
    assertThat(client.all("claude_event").getFirst().get("session_id").textValue()).isEqualTo("s1");
  }

  @Test
  void aReaderIsToldHowManyEventsRetentionTook() throws Exception {
    // Given more than what stays in memory
    running.publishLarge("s1", 40, 100_000);
    List<String> ids = running.allIds();
    running.log.clock.advance(Duration.ofDays(8));
    running.publish("s1", "Notification", 3);
    await("retention").until(() -> running.log.log.status().removed() == 40);
    // When
    FakeClient client = running.joined("{\"after\":\"" + ids.get(4) + "\"}");
    // Then
    List<String> left = running.allIds();
    assertThat(left).hasSizeLessThan(20);
    await().until(() -> client.all("claude_event").size() == left.size());
    assertThat(names(client)).startsWith("welcome", "missed", "claude_event");
    assertThat(client.all("missed")).hasSize(1);
    assertThat(client.all("missed").getFirst().get("count").intValue())
        .isEqualTo(43 - 5 - left.size());
    assertThat(idsOf(client.all("claude_event"))).isEqualTo(left);
    assertThat(running.hub.status().missed()).isEqualTo(38 - left.size());
    assertThat(running.hub.status().delivered()).isEqualTo(left.size());
  }

  @Test
  void anEventLargerThanAllLimitsOfTheHubComesToo() throws Exception {
    // Given
    FakeClient live = running.joined("{}");
    await().until(() -> live.countOfMessages() == 3);
    // When
    running.publishLarge("s1", 2, 5 << 20);
    running.publish("s1", "Stop", 1);
    FakeClient late = running.joined("{\"after\":0}");
    // Then
    await().until(() -> live.all("claude_event").size() == 3);
    await().until(() -> late.all("claude_event").size() == 3);
    assertThat(idsOf(live.all("claude_event"))).isEqualTo(running.allIds());
    assertThat(idsOf(late.all("claude_event"))).isEqualTo(running.allIds());
  }
}
