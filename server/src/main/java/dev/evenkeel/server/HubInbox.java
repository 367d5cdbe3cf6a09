package dev.evenkeel.server;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.Inbox;
import dev.evenkeel.server.intake.InOrder;
import dev.evenkeel.server.intake.Intake;
import dev.evenkeel.server.intake.Intake.Outcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes the events that clients of the hub send in through the intake, within the budget. */
record HubInbox(Intake intake, MemoryBudget budget) implements Inbox {

  private static final String NO_MEMORY = "it was passed over, because memory is short";

  /** What an event that waits for the one before it takes beside its own bytes, and more. */
  private static final int ENTRY_BYTES = 256;

  @Override
  public Line open() {
    InOrder line = intake.line();
    return event -> take(event, line);
  }

  private CompletableFuture<@Nullable String> take(byte[] event, InOrder line) {
    int size = event.length + ENTRY_BYTES;
    if (!budget.reserve(size)) {
      intake.shed();
      return CompletableFuture.completedFuture(NO_MEMORY);
    }
    return line.take(Intake.ofMpm(), event)
        .whenComplete((outcome, failure) -> budget.release(size))
        .thenApply(HubInbox::errorOf);
  }

  private static @Nullable String errorOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Taken _, Outcome.Merged _ -> null;
      case Outcome.Shed _ -> NO_MEMORY;
      case Outcome.Rejected rejected -> rejected.error();
    };
  }

  @Override
  public void reject(String why) {
    intake.reject(why);
  }
}
