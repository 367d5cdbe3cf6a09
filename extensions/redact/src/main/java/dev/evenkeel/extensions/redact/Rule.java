package dev.evenkeel.extensions.redact;

import java.util.List;

/** Something that is looked for, and the keywords without which it is not there. */
sealed interface Rule permits Detector, OwnPattern {

  /** What it finds, in lower case with hyphens. */
  String kind();

  /** What stands in each secret of this kind, or before it: three ASCII characters or more. */
  List<String> keywords();

  /** Whether keywords, then given in lower case, are meant in any case. */
  default boolean ignoresCase() {
    return false;
  }
}
