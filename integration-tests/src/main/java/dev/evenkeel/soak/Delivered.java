package dev.evenkeel.soak;

import java.util.ArrayList;
import java.util.List;

/** The promises about what arrives. */
final class Delivered {

  private static final String NONE = "0";

  private Delivered() {}

  /** Every event that was answered with 200 and not dropped on purpose is at every receiver. */
  static Verdict accepted(SoakResult result) {
    long lacking = 0;
    long foreign = 0;
    long dropped = result.droppedOnPurpose();
    var details = new ArrayList<String>();
    for (Ledger.Page page : result.judgedPages()) {
      long lacks = 0;
      for (Agent.Account agent : result.agents()) {
        Intervals came = page.streams().getOrDefault(agent.stream(), new Intervals());
        Intervals missing = agent.accepted().minus(came);
        Intervals others = came.minus(agent.accepted()).minus(agent.unsure());
        lacks += missing.count();
        foreign += others.count();
        if (missing.count() > 0) {
          details.add(page.receiver() + " lacks of " + agent.stream() + ": " + missing);
        }
        if (others.count() > 0) {
          details.add(page.receiver() + " has what was refused: " + others);
        }
      }
      lacking += Math.max(0, lacks - dropped);
    }
    return Verdict.of(
        "accepted-arrived",
        "every event that was answered 200 reaches every target and every client of the hub",
        "%,d lost of %,d".formatted(lacking, result.accepted() - dropped),
        NONE,
        lacking == 0 && foreign == 0 && result.accepted() > 0,
        few(details));
  }

  /** Ids have no gaps, everybody has the same, and as many as the server published. */
  static Verdict ids(SoakResult result) {
    List<Ledger.Page> pages = result.judgedPages();
    long lost = 0;
    long ids = 0;
    var details = new ArrayList<String>();
    long published = result.counters().getLast().published();
    for (Ledger.Page page : pages) {
      ids = Math.max(ids, page.ids().count());
      long gaps = Completeness.lostIds(page.ids());
      Intervals others = pages.getFirst().ids().minus(page.ids());
      Intervals more = page.ids().minus(pages.getFirst().ids());
      long after = Math.max(0, published - Completeness.sinceLastJump(page.ids()));
      long differ = gaps + others.count() + more.count() + after;
      int jumps = Completeness.jumps(page.ids());
      lost += differ + (jumps > result.starts() - 1 ? 1 : 0);
      if (differ > 0) {
        details.add(
            "%s: %d gaps (%s), %d that only others have, %d that only it has, %d fewer than published"
                .formatted(
                    page.receiver(), gaps, page.ids().gaps(), others.count(), more.count(), after));
      }
      if (jumps > result.starts() - 1) {
        details.add(page.receiver() + ": ids jump " + jumps + " times, more often than starts");
      }
    }
    return Verdict.of(
        "every-id-arrived",
        "every id that was published, derived events too, reaches every target and every client",
        "%,d lost of %,d".formatted(lost, ids),
        NONE,
        lost == 0 && ids > 0,
        few(details));
  }

  /** Nobody was overtaken by retention. */
  static Verdict missed(SoakResult result) {
    long missed = result.judgedPages().stream().mapToLong(Ledger.Page::missed).sum();
    return Verdict.of(
        "nothing-overtaken",
        "retention removes nothing before everybody has it",
        "%,d missed".formatted(missed),
        NONE,
        missed == 0,
        "");
  }

  /** The events of a session come in their order. */
  static Verdict order(SoakResult result) {
    long wrong = result.judgedPages().stream().mapToLong(Ledger.Page::outOfOrder).sum();
    List<String> details =
        result.judgedPages().stream()
            .filter(each -> each.outOfOrder() > 0)
            .map(each -> each.receiver() + ": " + each.firstOutOfOrder())
            .toList();
    return Verdict.of(
        "sessions-in-order",
        "the events of a session arrive in the order in which they were accepted",
        "%,d out of order".formatted(wrong),
        NONE,
        wrong == 0,
        few(details));
  }

  /** Nothing comes twice, but what was on its way when a connection was lost. */
  static Verdict repeats(SoakResult result) {
    boolean faults = !result.plan().possible().isEmpty();
    long repeats = 0;
    long allowed = 0;
    boolean passed = true;
    var details = new ArrayList<String>();
    for (Ledger.Page page : result.judgedPages()) {
      boolean target = result.targets().contains(page);
      long replaced = Math.max(0, page.everJoined() - result.plan().limits().connections());
      long may = faults && target ? replaced * result.plan().limits().window() : 0;
      repeats += page.repeats();
      allowed += may;
      passed &= page.repeats() <= may;
      if (page.repeats() > 0) {
        details.add(
            "%s: %d, and %d connections were replaced"
                .formatted(page.receiver(), page.repeats(), replaced));
      }
    }
    return Verdict.of(
        "none-twice",
        "no id comes twice, but a window of them for each connection that a fault ended",
        "%,d repeats".formatted(repeats),
        "%,d".formatted(allowed),
        passed,
        few(details));
  }

  /** Every event was answered with 200, and none of them was let go. */
  static Verdict answered(SoakResult result) {
    long refused = result.agents().stream().mapToLong(each -> each.refused().count()).sum();
    boolean faults = !result.plan().possible().isEmpty();
    long unsure = result.unsure();
    long let =
        result.counters().stream()
            .mapToLong(each -> each.shed() + each.unlogged() + each.merged())
            .sum();
    String example =
        result.agents().stream()
            .map(Agent.Account::refusal)
            .filter(each -> !each.isEmpty())
            .findFirst()
            .orElse("");
    return Verdict.of(
        "all-answered",
        "every event is answered 200 and kept: none refused, shed or left out of the log",
        "%,d refused, %,d without an answer, %,d not kept".formatted(refused, unsure, let),
        NONE,
        refused == 0 && (unsure == 0 || faults) && let == 0,
        unsure > 0 && faults ? "faults ended those without an answer" : example);
  }

  /** What became of each event that came is known, once the agents have ended. */
  static Verdict counted(SoakResult result) {
    List<Counters> lives = result.counters();
    long unknown = lives.getLast().underWay();
    List<String> details =
        lives.stream().filter(each -> each.underWay() < 0).map(Counters::toString).toList();
    return Verdict.of(
        "counters-add-up",
        "each event that came was accepted, merged, rejected or shed, and counted once",
        "%,d of %,d unknown".formatted(unknown, lives.getLast().received()),
        NONE,
        unknown == 0 && details.isEmpty(),
        few(details));
  }

  /** A target never sees more connections than the pool may have. */
  static Verdict mostJoined(SoakResult result) {
    int most = result.targets().stream().mapToInt(Ledger.Page::mostJoined).max().orElse(0);
    int limit = result.plan().limits().connections();
    return Verdict.of(
        "few-connections",
        "a target never sees more than " + limit + " joined sockets, counted at its own side",
        most + " at once",
        limit + " at once",
        most <= limit && most > 0,
        "");
  }

  private static String few(List<String> details) {
    return String.join("; ", details.subList(0, Math.min(4, details.size())));
  }
}
