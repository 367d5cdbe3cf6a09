package dev.evenkeel.extensions.gitbranch;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Limits;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Attaches {@code git_branch} to the events of agents that work in a Git repository. */
public final class GitBranchExtension implements Extension {

  /** More folders than are worked in within five minutes; each takes about a hundred bytes. */
  private static final Limits LIMITS = Limits.capacity(500);

  private @Nullable Lookups lookups;

  @Override
  public void start(ExtensionContext context) {
    var repositories = new Repositories(new Roots(context.config(GitBranchConfig.class).roots()));
    var started = new Lookups(repositories::branchOf, Lookups.PATIENCE);
    lookups = started;
    BoundedMap<String, Branch> branches =
        context.boundedMap("branches", String.class, Branch.class, LIMITS);
    Clock clock = context.clock();
    context.process(
        "*", (event, emission) -> attach(event, branches, started, clock.instant(), emission));
  }

  /** That a folder has no branch is remembered too. */
  private static void attach(
      HookEvent event,
      BoundedMap<String, Branch> branches,
      Lookups lookups,
      Instant now,
      Emission emission)
      throws InterruptedException {
    String folder = event.cwd();
    if (folder == null || folder.isEmpty()) {
      return;
    }
    Branch branch = branches.get(folder);
    if (branch == null || !branch.isFreshAt(now)) {
      Lookups.Finding found = lookups.find(folder);
      if (!found.tried()) {
        return; // the next event tries again
      }
      branch = Branch.found(found.branch(), now);
      branches.put(folder, branch);
    }
    if (branch.name() != null) {
      emission.attach("git_branch", branch.name());
    }
  }

  @Override
  public void stop() {
    if (lookups != null) {
      lookups.close();
    }
  }
}
