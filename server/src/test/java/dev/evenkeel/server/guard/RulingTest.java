package dev.evenkeel.server.guard;

import static dev.evenkeel.extension.HookAnswer.addContext;
import static dev.evenkeel.extension.HookAnswer.allow;
import static dev.evenkeel.extension.HookAnswer.ask;
import static dev.evenkeel.extension.HookAnswer.deny;
import static dev.evenkeel.extension.HookAnswer.replaceInput;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.server.guard.Ruling.Permission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulingTest {

  private static ObjectNode input(String command) {
    return JsonNodeFactory.instance.objectNode().put("command", command);
  }

  private static Ruling of(HookAnswer... answers) {
    var words = new ArrayList<Word>();
    for (int i = 0; i < answers.length; i++) {
      words.add(Word.of("g" + i, answers[i], Duration.ZERO));
    }
    return Ruling.of(words);
  }

  private static HookAnswer answer(String kind, int i) {
    return switch (kind) {
      case "deny" -> deny("deny " + i);
      case "ask" -> ask("ask " + i);
      case "allow" -> allow("allow " + i);
      default -> HookAnswer.none();
    };
  }

  /** Every pair, in both orders: the stronger one, and of two of a kind the first. */
  @ParameterizedTest
  @CsvSource({
    "none,  none,  ,      ''",
    "allow, none,  ALLOW, allow 0",
    "none,  allow, ALLOW, allow 1",
    "allow, allow, ALLOW, allow 0",
    "ask,   none,  ASK,   ask 0",
    "ask,   allow, ASK,   ask 0",
    "allow, ask,   ASK,   ask 1",
    "ask,   ask,   ASK,   ask 0",
    "deny,  none,  DENY,  deny 0",
    "deny,  allow, DENY,  deny 0",
    "allow, deny,  DENY,  deny 1",
    "deny,  ask,   DENY,  deny 0",
    "ask,   deny,  DENY,  deny 1",
    "deny,  deny,  DENY,  deny 0"
  })
  void aDenialWinsOverAQuestionAndAQuestionOverAPermission(
      String first, String second, Permission decided, String reason) {
    Ruling ruling = of(answer(first, 0), answer(second, 1));
    assertThat(ruling.decided()).isEqualTo(decided);
    assertThat(ruling.reason()).isEqualTo(reason);
  }

  @Test
  void contextsAreJoinedInOrderAlsoBesideADenial() {
    Ruling ruling = of(addContext("one"), deny("no"), addContext("two"));
    assertThat(ruling.context()).isEqualTo("one\n\ntwo");
    assertThat(ruling.decided()).isEqualTo(Permission.DENY);
  }

  @Test
  void theFirstReplacedInputCountsAndNoneOfADeniedCall() {
    assertThat(of(replaceInput(input("a")), replaceInput(input("b")), ask("?")).newInput())
        .isEqualTo(input("a"));
    assertThat(of(replaceInput(input("a")), deny("no")).newInput()).isNull();
  }

  @Test
  void aDryRunHasNoPartInIt() {
    Ruling ruling = of(deny("no").asDryRun(), addContext("x").asDryRun(), allow());
    assertThat(ruling.decided()).isEqualTo(Permission.ALLOW);
    assertThat(ruling.context()).isNull();
  }

  @Test
  void aGuardThatFailedAndIsClosedDeniesLikeAnyOther() {
    Ruling ruling =
        Ruling.of(
            List.of(
                Word.of("a", allow(), Duration.ZERO),
                Word.failed("b", FailureMode.OPEN, "it was late", Duration.ZERO),
                Word.failed("c", FailureMode.CLOSED, "it was late", Duration.ZERO)));
    assertThat(ruling.decided()).isEqualTo(Permission.DENY);
    assertThat(ruling.reason())
        .isEqualTo(
            "The guard c could not judge this (it was late), and nothing goes on without it."
                + " Try again in a moment.");
  }

  @Test
  void longTextsAreCutWithoutHalvingACharacter() {
    assertThat(of(deny("x".repeat(10_000))).reason()).hasSize(10_000).doesNotContain("[cut]");
    assertThat(of(deny("x".repeat(10_001))).reason()).hasSize(10_000).endsWith("x\n[cut]");
    String cut = of(deny("x" + "\uD83D\uDE00".repeat(6000))).reason();
    assertThat(cut).hasSizeLessThanOrEqualTo(10_000).endsWith("\uD83D\uDE00\n[cut]");
    assertThat(of(addContext("y".repeat(9_000)), addContext("z".repeat(9_000))).context())
        .hasSize(10_000)
        .startsWith("y")
        .endsWith("z\n[cut]");
  }
}
