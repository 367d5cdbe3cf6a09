package dev.evenkeel.extensions.delegations;

import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.Limits;

/**
 * Emits {@code delegation_started} when an agent hands work to a subagent, and exactly one {@code
 * delegation_ended} for each.
 */
public final class DelegationsExtension implements Extension {

  private static final Limits LIMITS = Limits.capacity(200);

  @Override
  public void start(ExtensionContext context) {
    var active = context.boundedMap("active", DelegationKey.class, Delegation.class, LIMITS);
    var stopped = context.boundedMap("stopped", SubagentKey.class, StoppedSubagent.class, LIMITS);
    var delegations = new Delegations(context.config(DelegationsConfig.class), active, stopped);

    active.onEviction(delegations::evicted);
    context.process(EventKind.PRE_TOOL, delegations::began);
    context.process(EventKind.SUBAGENT_START, delegations::subagentStarted);
    context.process(EventKind.SUBAGENT_STOP, delegations::subagentStopped);
    context.process(EventKind.POST_TOOL, delegations::returned);
    context.process(EventKind.TOOL_FAILURE, delegations::failed);
    context.process(EventKind.TOOL_DENIAL, delegations::failed);
    context.process(EventKind.SESSION_END, delegations::sessionEnded);
  }
}
