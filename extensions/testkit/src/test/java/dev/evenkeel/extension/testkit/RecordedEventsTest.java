package dev.evenkeel.extension.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecordedEventsTest {

  @Test
  void theFilesOfTheProjectAreFound() {
    assertThat(RecordedEvents.files())
        .hasSize(12)
        .contains("claude-code-2.1.197-feature.jsonl", "real-sessions-masked.jsonl");
  }

  @Test
  void everyLineIsAnEvent() {
    int events = 0;
    for (String file : RecordedEvents.files()) {
      for (RecordedEvent event : RecordedEvents.read(file)) {
        assertThat(event.at(Instant.EPOCH).size()).isPositive();
        events++;
      }
    }
    assertThat(events).isEqualTo(1792);
  }

  @Test
  void aWrappedEventIsTakenOutOfItsWrapping() {
    HookEvent first =
        RecordedEvents.read("other-agents-synthetic.jsonl").getFirst().at(Instant.EPOCH);
    assertThat(first.session()).isEqualTo(new Session("gemini-cli", "g-1"));
    assertThat(first.name()).isEqualTo("SessionStart");
  }

  @Test
  void anEventThatIsNamedInTheAddressOnlyKeepsItsName() {
    HookEvent copilot =
        RecordedEvents.read("other-agents-synthetic.jsonl").stream()
            .filter(event -> event.agent().equals("copilot-cli"))
            .findFirst()
            .orElseThrow()
            .at(Instant.EPOCH);
    assertThat(copilot.name()).isEqualTo("preToolUse");
    assertThat(copilot.session().id()).isEqualTo("cp-1");
    assertThat(copilot.json()).startsWith("{\"sessionId\"");
  }

  @Test
  void someComeWithTheLibrary() {
    for (String file : RecordedEvents.SHIPPED) {
      assertThat(RecordedEvents.shipped(file)).isEqualTo(RecordedEvents.read(file)).isNotEmpty();
    }
    assertThat(RecordedEvents.class.getResource("recorded/SOURCES.md")).isNotNull();
    assertThatThrownBy(() -> RecordedEvents.shipped("other.jsonl"))
        .hasMessageContaining("claude-code-2.1.197-feature.jsonl");
  }
}
