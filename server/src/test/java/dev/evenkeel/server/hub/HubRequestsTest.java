package dev.evenkeel.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.socketio.FakeClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubRequestsTest {

  @TempDir Path folder;
  private RunningHub running;

  private FakeClient start(String auth) throws Exception {
    running = new RunningHub(folder);
    running.publish("s1", "Stop", 60);
    FakeClient client = running.joined(auth);
    assertThat(client.awaitMessages(3, 10_000)).isTrue();
    return client;
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void historyIsSentOnceMoreAsTheAncestorsClientsAskForIt() throws Exception {
    // Given
    FakeClient client = start("{\"history\":1}");
    // When
    client.send("get_history");
    await().until(() -> client.all("history").size() == 2);
    client.send("request_history", FakeClient.json("{\"limit\":5}"));
    await().until(() -> client.all("history").size() == 3);
    client.send("get_history", FakeClient.json("{\"limit\":6,\"event_types\":[]}"));
    await().until(() -> client.all("history").size() == 4);
    // Then
    assertThat(client.all("history").get(1).get("count").intValue()).isEqualTo(50);
    assertThat(client.all("history").get(2).get("count").intValue()).isEqualTo(5);
    assertThat(client.all("history").get(3).get("count").intValue()).isEqualTo(6);
    assertThat(client.all("event_history")).hasSize(1);
  }

  @Test
  void whoAsksForHistoryBeforeItHasComeGetsBoth() throws Exception {
    // Given
    running = new RunningHub(folder);
    running.publish("s1", "Stop", 60);
    FakeClient client = running.joined("{}");
    // When
    client.send("request_history", FakeClient.json("{\"limit\":7}"));
    // Then
    assertThat(client.awaitMessages(4, 10_000)).isTrue();
    assertThat(client.all("history").stream().map(each -> each.get("count").intValue()))
        .containsExactly(50, 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"501", "99999999999999999999"})
  void aLimitOverTheMostIsTheMost(String limit) throws Exception {
    // Given
    FakeClient client = start("{\"history\":0}");
    running.publish("s1", "Stop", 460);
    // When
    JsonNode answer =
        client.send("request_history", FakeClient.json("{\"limit\":" + limit + "}")).join();
    // Then
    assertThat(answer).isEqualTo(FakeClient.json("{\"ok\":true}"));
    await().until(() -> client.all("history").size() == 2);
    assertThat(client.all("history").get(1).get("count").intValue()).isEqualTo(500);
    assertThat(client.all("history").get(1).get("total_available").intValue()).isEqualTo(520);
  }

  @ParameterizedTest
  @CsvSource({
    "get_history, PreToolUse, 20",
    "request_history, pre_tool, 20",
    "get_history, hook.pre_tool, 20",
    "request_history, SessionStart, 10",
    "request_history, session_start, 10",
    "get_history, Nothing, 0"
  })
  void onlyTheEventTypesThatAreAskedForAreInTheHistory(String request, String type, int count)
      throws Exception {
    // Given
    FakeClient client = start("{\"history\":0}");
    for (int i = 0; i < 10; i++) {
      running.publish("s1", "PreToolUse", 1);
      running.publish("s1", "SessionStart", 1);
      running.publish("s2", "PreToolUse", 1);
    }
    List<String> ids = running.allIds();
    // When
    client.send(request, FakeClient.json("{\"event_types\":[\"" + type + "\",\"other\"]}"));
    await().until(() -> client.all("history").size() == 2);
    // Then
    JsonNode history = client.all("history").get(1);
    assertThat(history.get("count").intValue()).isEqualTo(count);
    assertThat(history.get("total_available").intValue()).isEqualTo(count);
    List<String> got =
        history.get("events").valueStream().map(e -> e.get("id").textValue()).toList();
    assertThat(got).hasSize(count).isSubsetOf(ids).isSorted();
  }

  @Test
  void theNewestOfSeveralEventTypesAreTakenWithinTheClientsFilter() throws Exception {
    // Given
    FakeClient client = start("{\"history\":0,\"session\":\"s1\"}");
    for (int i = 0; i < 10; i++) {
      running.publish("s1", "PreToolUse", 1);
      running.publish("s2", "PreToolUse", 1);
      running.publish("s1", "SessionStart", 1);
    }
    List<String> ids = running.allIds();
    // When
    client.send(
        "request_history",
        FakeClient.json("{\"limit\":3,\"event_types\":[\"pre_tool\",\"SessionStart\"]}"));
    await().until(() -> client.all("history").size() == 2);
    // Then
    JsonNode history = client.all("history").get(1);
    assertThat(history.get("total_available").intValue()).isEqualTo(20);
    assertThat(history.get("events").valueStream().map(each -> each.get("id").textValue()))
        .containsExactly(ids.get(86), ids.get(87), ids.get(89));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"Stop\"", "[1]", "[\"\"]", "{}"})
  void badEventTypesAreAnError(String types) throws Exception {
    FakeClient client = start("{}");
    JsonNode answer =
        client.send("get_history", FakeClient.json("{\"event_types\":" + types + "}")).join();
    assertThat(answer.get("error").textValue()).startsWith("event_types ");
    assertThat(client.all("history")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"limit\":1.5}", "{\"limit\":\"5\"}", "{\"limit\":-1}"})
  void aBadLimitIsAnError(String limit) throws Exception {
    FakeClient client = start("{}");
    JsonNode answer = client.send("request_history", FakeClient.json(limit)).join();
    assertThat(answer.get("error").textValue()).startsWith("limit is ");
    assertThat(client.all("history")).hasSize(1);
  }

  @Test
  void statusTellsWhoServesAndHowMany() throws Exception {
    FakeClient client = start("{}");
    client.send("get_status");
    await().until(() -> client.all("status").size() == 1);
    JsonNode status = client.all("status").getFirst();
    assertThat(status.get("server").textValue()).isEqualTo("evenkeel");
    assertThat(status.get("version").textValue()).isEqualTo("1.2.3");
    assertThat(status.get("clients_connected").intValue()).isEqualTo(1);
  }

  @Test
  void everyThreeMinutesClientsHearThatTheServerLives() throws Exception {
    // Given
    FakeClient client = start("{}");
    // When
    running.advance(Duration.ofSeconds(179));
    running.hub.patrol();
    assertThat(client.all("heartbeat")).isEmpty();
    running.advance(Duration.ofSeconds(1));
    running.hub.patrol();
    await().until(() -> client.all("heartbeat").size() == 1);
    running.advance(Duration.ofSeconds(180));
    running.hub.patrol();
    // Then
    await().until(() -> client.all("heartbeat").size() == 2);
    JsonNode heartbeat = client.all("heartbeat").getLast();
    assertThat(heartbeat.propertyStream().map(java.util.Map.Entry::getKey))
        .containsExactlyInAnyOrder(
            "timestamp",
            "type",
            "server_uptime",
            "connected_clients",
            "heartbeat_number",
            "message",
            "service",
            "port");
    assertThat(heartbeat.get("heartbeat_number").intValue()).isEqualTo(2);
    assertThat(heartbeat.get("port").intValue()).isEqualTo(8765);
  }

  @Test
  void anEventOfAHookIsHandedInAsItCameAndIsNotSentToAnybody() throws Exception {
    // Given
    FakeClient client = start("{}");
    String event = "{\"type\":\"hook.pre_tool\",\"timestamp\":\"2025\",\"data\":{\"n\":1.50}}";
    // When
    JsonNode answer = client.send("claude_event", FakeClient.json(event)).join();
    running.publish("s1", "Stop", 1);
    // Then
    assertThat(answer).isEqualTo(FakeClient.json("{\"ok\":true}"));
    assertThat(running.takenIn).hasSize(1);
    assertThat(FakeClient.json(running.takenIn.getFirst())).isEqualTo(FakeClient.json(event));
    await().until(() -> client.all("claude_event").size() == 1);
    assertThat(client.all("claude_event").getFirst().get("event").textValue()).isEqualTo("Stop");
  }

  @Test
  void theEventsOfAClientGoInThroughALineOfTheirOwn() throws Exception {
    // Given
    FakeClient client = start("{}");
    FakeClient other = running.joined("{}");
    // When
    for (FakeClient each : List.of(client, other, client)) {
      each.send("claude_event", FakeClient.json("{\"type\":\"hook.stop\"}")).join();
    }
    // Then
    assertThat(running.takenIn).hasSize(3);
    assertThat(running.linesOpened).hasValue(2);
  }

  @Test
  void whatWasPublishedAlreadyIsNotTakenInAgain() throws Exception {
    // Given
    FakeClient client = start("{}");
    running.publish("s1", "Stop", 1);
    await().until(() -> client.all("claude_event").size() == 1);
    // When
    JsonNode answer = client.send("claude_event", client.all("claude_event").getFirst()).join();
    // Then
    assertThat(answer.get("error").textValue()).contains("published already");
    assertThat(running.takenIn).isEmpty();
    assertThat(running.rejected).hasSize(1);
  }

  @Test
  void whatIsNoEventIsRefusedAndCounted() throws Exception {
    FakeClient client = start("{}");
    assertThat(client.send("claude_event").join().get("error").textValue()).contains("object");
    assertThat(client.send("claude_event", FakeClient.json("[1]")).join().get("error").textValue())
        .contains("object");
    assertThat(running.rejected).hasSize(2);
  }

  @Test
  void whatTheHubDoesNotKnowIsSaid() throws Exception {
    FakeClient client = start("{}");
    assertThat(client.send("shutdown").join().get("error").textValue())
        .contains("'shutdown' is not known");
  }

  @Test
  void whoKnowsTheTokenInTheHeaderOrInAuthComesIn() throws Exception {
    // Given
    running = new RunningHub(folder, HubConfig.within(64 << 20), RunningHub.TOKEN, 64 << 20);
    // Then
    assertThat(running.client("{}").join()).contains("token");
    assertThat(running.client("{\"token\":\"wrong\"}").join()).contains("token");
    assertThat(running.client("{\"token\":7}").join()).contains("token");
    assertThat(running.client("{\"token\":\"secret\"}").join()).isNull();
    assertThat(running.client("{}").join("Bearer secret")).isNull();
    assertThat(running.hub.status().clients()).isEqualTo(2);
    assertThat(running.hub.status().refused()).isEqualTo(3);
  }
}
