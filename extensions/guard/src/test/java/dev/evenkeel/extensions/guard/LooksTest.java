package dev.evenkeel.extensions.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extensions.guard.BoundedPattern.Search;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LooksTest {

  private static final String EVIL = "(a+)+$";

  private final Looks looks = new Looks(Looks.OF_AN_EVENT);

  private static RuleConfig rule(String pattern, String answer) {
    return new RuleConfig("", pattern, "", "", "", answer, "");
  }

  private static Rules rules(Map<String, RuleConfig> rules) {
    return new Rules(new GuardConfig(false, false, false, rules));
  }

  private static HookEvent event(List<String> texts) throws Exception {
    String json =
        JsonMapper.builder()
            .build()
            .writeValueAsString(
                Map.of("hook_event_name", "PreToolUse", "tool_input", Map.of("a", texts)));
    return HookEvent.read("claude-code", json, Instant.EPOCH);
  }

  @Test
  void manyTextsAndRulesTakeTogetherNoMoreThanOneEventHas() throws Exception {
    // Given 20 rules that allow, so that none of them ends the search, and 200 texts
    var all = new LinkedHashMap<String, RuleConfig>();
    for (int i = 0; i < 20; i++) {
      all.put("r" + i, rule(EVIL, "allow"));
    }
    HookEvent event = event(Collections.nCopies(200, "a".repeat(300) + "!"));
    // When
    HookAnswer answer = rules(all).judge(event, looks);
    // Then
    assertThat(looks.left()).isZero();
    assertThat(answer).isEqualTo(HookAnswer.none());
  }

  @Test
  void aRuleThatForbidsCountsAlsoWhereAnotherRuleTookAllLooks() throws Exception {
    HookEvent event = event(List.of("a".repeat(4_000)));
    var all = new LinkedHashMap<String, RuleConfig>();
    all.put("evil", rule("(.*.*.*)=(.*.*)x", "ask"));
    all.put("plain", rule("never there", "ask"));
    assertThat(rules(all).judge(event, looks)).isInstanceOf(HookAnswer.Ask.class);
    assertThat(rules(Map.of("plain", rule("never there", "deny"))).judge(event, looks))
        .isInstanceOf(HookAnswer.Deny.class);
    assertThat(rules(Map.of("plain", rule("a", "allow"))).judge(event, looks))
        .isEqualTo(HookAnswer.none());
  }

  @Test
  void aSearchTakesTheLooksThatItNeedsAndLeavesTheOthers() {
    var pattern = new BoundedPattern("prod-[a-z]+");
    assertThat(pattern.search("x".repeat(1_000), looks)).isEqualTo(Search.NOT_FOUND);
    int taken = Looks.OF_AN_EVENT - looks.left();
    assertThat(taken).isBetween(100, 3_000);
    assertThat(pattern.search("x".repeat(1_000), looks)).isEqualTo(Search.NOT_FOUND);
    assertThat(Looks.OF_AN_EVENT - looks.left()).isEqualTo(2 * taken);
  }

  @Test
  void theLooksOfOneEventAreNotThoseOfTheNext() throws Exception {
    var rules =
        rules(Map.of("evil", rule("(.*.*.*)=(.*.*)x", "allow"), "plain", rule("b", "deny")));
    HookEvent evil = event(List.of("a".repeat(4_000)));
    assertThat(rules.judge(evil)).isEqualTo(HookAnswer.none());
    assertThat(rules.judge(evil)).isEqualTo(HookAnswer.none());
  }
}
