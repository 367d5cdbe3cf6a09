package dev.evenkeel.extensions.redact;

import dev.evenkeel.extensions.redact.Keywords.Keyword;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the secrets of a text. It holds no state and may be used by many threads. */
final class Scanner {

  private final Keywords keywords;
  private final boolean findsPrivateKeys;

  Scanner(List<? extends Rule> rules) {
    keywords = new Keywords(rules);
    findsPrivateKeys = rules.stream().anyMatch(PrivateKey.class::isInstance);
  }

  boolean findsPrivateKeys() {
    return findsPrivateKeys;
  }

  /** The secrets in it, in their order, none over another. */
  List<Finding> findIn(Text text) {
    int at = keywords.next(text, text.from());
    return at < 0 ? List.of() : findFrom(text, at);
  }

  private List<Finding> findFrom(Text text, int first) {
    var found = new ArrayList<Finding>();
    Set<OwnPattern> patterns = new LinkedHashSet<>();
    int at = first;
    while (at >= 0) {
      int next = at + 1;
      for (Keyword keyword : keywords.candidates(text, at)) {
        if (!keyword.standsAt(text, at)) {
          continue;
        }
        switch (keyword.rule()) {
          case OwnPattern pattern -> patterns.add(pattern);
          case Detector detector -> {
            Finding finding = detector.find(text, at, keyword.bytes().length);
            if (finding != null) {
              found.add(finding);
              next = finding.sure() ? Math.max(next, finding.to()) : next;
            }
          }
        }
      }
      at = keywords.next(text, next);
    }
    patterns.forEach(each -> found.addAll(each.findAll(text)));
    return found.size() < 2 ? found : withoutOverlaps(found);
  }

  /** In their order, those that overlap as one; the list is sorted for that. */
  static List<Finding> withoutOverlaps(List<Finding> found) {
    found.sort(Comparator.comparingInt(Finding::from));
    var apart = new ArrayList<Finding>();
    @Nullable Finding last = null;
    for (Finding each : found) {
      if (last != null && last.overlaps(each)) {
        last = last.with(each);
        apart.set(apart.size() - 1, last);
      } else {
        last = each;
        apart.add(each);
      }
    }
    return apart;
  }
}
