package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.Composition;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** {@code bin/evenkeel up}, with the services whose images are built here. */
@DisabledIfSystemProperty(named = "testbed", matches = "process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS = 200;
  private static final long MEGABYTE = 1L << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private Composition composition;

  @BeforeAll
  void start() {
    composition = Composition.up("evenkeel", "target");
  }

  @AfterAll
  void stop() {
    if (composition != null) {
      composition.close();
    }
  }

  @Test
  void bothServicesBecomeHealthyWithinTheirMemoryAndShareTheDataVolume() {
    for (String service : List.of("evenkeel", "target")) {
      await(service).atMost(SOON).until(() -> composition.health(service).equals("healthy"));
      assertThat(composition.memoryLimit(service)).as(service).isEqualTo(256 * MEGABYTE);
    }
    assertThat(composition.placesOf("data", "evenkeel")).containsExactly("/data");
    assertThat(composition.placesOf("data", "target")).containsExactly("/evenkeel");
  }

  @Test
  void prometheusCanReadTheTokenAsTheUserThatItIs() {
    assertThat(composition.tokenForPrometheus()).isEqualTo(token());
  }

  @Test
  void whatIsPostedReachesTheTargetInOrderAndOutlivesARestart() throws IOException {
    // Given
    String token = token();
    assertThat(token).matches("[0-9a-f]{32}");

    // When
    try (var connection = HttpConnection.to(composition.port())) {
      assertThat(connection.post("/hooks/test", event(0)).status()).isEqualTo(401);
    }
    post(token, 0, EVENTS);

    // Then
    await().atMost(SOON).until(() -> kept(token).size() >= EVENTS);
    assertThat(kept(token)).containsExactlyElementsOf(numbers());
    await().atMost(SOON).until(() -> atTarget("received") == published(token));
    int received = atTarget("received");
    assertThat(received).isGreaterThanOrEqualTo(EVENTS);
    // Of their session each had a greater id than the one before
    assertThat(atTarget("repeats")).isZero();
    assertThat(atTarget("missedTotal")).isZero();
    // It asks for the token, and has let nobody in without
    assertThat(composition.atTarget().get("mode").get("token").asText()).isEqualTo(token);
    assertThat(atTarget("mostJoined")).isBetween(1, 3);

    // When
    composition.restart("evenkeel");
    await().atMost(SOON).until(() -> composition.health("evenkeel").equals("healthy"));

    // Then
    assertThat(token()).isEqualTo(token);
    assertThat(kept(token)).containsExactlyElementsOf(numbers());
    post(token, EVENTS, EVENTS + 1);
    await().atMost(SOON).until(() -> atTarget("received") > received);
  }

  private String token() {
    return composition.run("evenkeel", "/bin/bash", "-c", "echo $(</data/token)");
  }

  private int atTarget(String figure) {
    return composition.atTarget().get(figure).asInt();
  }

  private static String event(int number) {
    return "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\",\"number\":" + number + "}";
  }

  private void post(String token, int from, int to) throws IOException {
    try (var connection = HttpConnection.to(composition.port())) {
      for (int i = from; i < to; i++) {
        assertThat(connection.post("/hooks/test", event(i), authorization(token)).status())
            .isEqualTo(200);
      }
    }
  }

  private static List<Integer> numbers() {
    return IntStream.range(0, EVENTS).boxed().toList();
  }

  /** The numbers of the events that the server keeps, in its order. */
  private List<Integer> kept(String token) throws IOException {
    JsonNode page = get("/api/events?type=hook&after=0&limit=1000", token);
    return StreamSupport.stream(page.get("events").spliterator(), false)
        .map(event -> event.at("/data/number").asInt())
        .toList();
  }

  private int published(String token) throws IOException {
    return get("/api/status", token).get("published").asInt();
  }

  private JsonNode get(String path, String token) throws IOException {
    try (var connection = HttpConnection.to(composition.port())) {
      return JSON.readTree(connection.get(path, authorization(token)).body());
    }
  }

  private static String authorization(String token) {
    return "Authorization: Bearer " + token;
  }
}
