package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.testbed.Composition;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** docker-compose.yml, as far as its images are built here: the server and its target. */
@DisabledIfSystemProperty(named = "testbed", matches = "process")
class ComposeTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void whatIsPostedToTheComposedServerReachesTheComposedTarget() throws IOException {
    try (var composition = Composition.up("evenkeel", "target")) {
      String token = composition.run("evenkeel", "/bin/bash", "-c", "echo $(</data/token)");
      assertThat(token).matches("[0-9a-f]{32}");

      try (var connection = HttpConnection.to(composition.port())) {
        String event = "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\"}";
        assertThat(connection.post("/hooks/test", event).status()).isEqualTo(401);
        assertThat(connection.post("/hooks/test", event, "Authorization: Bearer " + token).status())
            .isEqualTo(200);
      }

      await().atMost(SOON).until(() -> composition.atTarget().get("received").asInt() == 1);
      // It asks for the token, and has let nobody in without
      assertThat(composition.atTarget().get("mode").get("token").asText()).isEqualTo(token);
      assertThat(composition.atTarget().get("mostJoined").asInt()).isBetween(1, 3);
    }
  }
}
