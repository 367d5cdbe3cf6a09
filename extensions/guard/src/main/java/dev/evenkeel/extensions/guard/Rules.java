package dev.evenkeel.extensions.guard;

import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import java.util.Comparator;
import java.util.List;

/**
 * Asks the operator's rules first, denials before questions before permissions, and then the
 * shipped set: a rule that allows takes a command out of it.
 */
final class Rules implements HookGuard {

  private final List<Rule> rules;
  private final boolean destructive;
  private final boolean dryRun;

  Rules(GuardConfig config) {
    rules =
        config.rules().entrySet().stream()
            .map(each -> new Rule(each.getKey(), each.getValue()))
            .sorted(Comparator.comparing(Rule::kind))
            .toList();
    destructive = config.destructive();
    dryRun = config.dryRun();
  }

  @Override
  public HookAnswer judge(HookEvent event) {
    return judge(event, new Looks(Looks.OF_AN_EVENT));
  }

  /**
   * @param looks what all rules together may take for the event
   */
  HookAnswer judge(HookEvent event, Looks looks) {
    HookAnswer answer = answer(ToolCall.of(event), looks);
    return dryRun && !(answer instanceof HookAnswer.None) ? answer.asDryRun() : answer;
  }

  private HookAnswer answer(ToolCall call, Looks looks) {
    for (Rule rule : rules) {
      if (rule.matches(call, looks)) {
        return rule.answer();
      }
    }
    HookAnswer shipped = destructive ? DestructiveCommands.judge(call) : null;
    return shipped == null ? HookAnswer.none() : shipped;
  }
}
