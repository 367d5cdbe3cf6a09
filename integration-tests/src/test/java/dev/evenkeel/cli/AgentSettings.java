package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code bin/evenkeel settings} prints for an agent with command hooks. */
record AgentSettings(JsonNode json, String error) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static AgentSettings of(Script script, String... agentAndOptions) throws Exception {
    var arguments = new String[agentAndOptions.length + 1];
    arguments[0] = "settings";
    System.arraycopy(agentAndOptions, 0, arguments, 1, agentAndOptions.length);
    var result = script.run(arguments);
    assertThat(result.exitCode()).as(result.error()).isZero();
    return new AgentSettings(JSON.readTree(result.output()), result.error());
  }

  /** The hook of each event, in the order in which they are printed. */
  Map<String, JsonNode> hooks() {
    var hooks = new LinkedHashMap<String, JsonNode>();
    for (var event : json.path("hooks").properties()) {
      assertThat(event.getValue()).as(event.getKey()).hasSize(1);
      JsonNode entry = event.getValue().get(0);
      JsonNode nested = entry.path("hooks");
      if (nested.isArray()) {
        assertThat(nested).as(event.getKey()).hasSize(1);
        hooks.put(event.getKey(), nested.get(0));
      } else {
        hooks.put(event.getKey(), entry);
      }
    }
    return hooks;
  }

  /** What the agent's shell runs for an event. */
  String command(String event) {
    JsonNode hook = hooks().get(event);
    return hook.has("bash") ? hook.get("bash").textValue() : hook.get("command").textValue();
  }
}
