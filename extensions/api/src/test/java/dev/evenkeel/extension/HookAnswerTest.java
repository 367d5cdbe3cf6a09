package dev.evenkeel.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class HookAnswerTest {

  @Test
  void whatTheAgentReadsIsNotBlank() {
    assertThatThrownBy(() -> HookAnswer.deny(" "))
        .hasMessage("a denial needs a text that is not blank");
    assertThatThrownBy(() -> HookAnswer.ask(""))
        .hasMessage("a question needs a text that is not blank");
    assertThatThrownBy(() -> HookAnswer.addContext("\n"))
        .hasMessage("a context needs a text that is not blank");
  }

  @Test
  void aReplacedInputCannotBeChangedAfterwards() {
    // Given
    ObjectNode input = JsonNodeFactory.instance.objectNode().put("command", "ls");
    var answer = new HookAnswer.ReplaceInput(input);
    // When
    input.put("command", "rm");
    answer.input().put("command", "rm");
    // Then
    assertThat(answer.input().path("command").textValue()).isEqualTo("ls");
  }

  @Test
  void aDryRunIsOfAnAnswerThatIsNone() {
    HookAnswer dry = HookAnswer.deny("no").asDryRun();
    assertThat(dry).isEqualTo(new HookAnswer.DryRun(new HookAnswer.Deny("no")));
    assertThatThrownBy(dry::asDryRun).isInstanceOf(IllegalArgumentException.class);
  }
}
