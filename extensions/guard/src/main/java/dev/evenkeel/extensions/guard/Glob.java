package dev.evenkeel.extensions.guard;

import java.util.Arrays;
import java.util.List;

/** Names in which {@code *} stands for any characters, with {@code |} between alternatives. */
final class Glob {

  private final List<String> alternatives;

  Glob(String text) {
    alternatives = Arrays.stream(text.split("\\|")).map(String::strip).toList();
  }

  boolean matches(String name) {
    return alternatives.stream().anyMatch(each -> matches(each, name));
  }

  /** Goes back to the last star only, so that it takes at most the product of both lengths. */
  private static boolean matches(String glob, String name) {
    int g = 0;
    int star = -1;
    int from = 0;
    for (int n = 0; n < name.length(); ) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        from = n;
      } else if (g < glob.length() && glob.charAt(g) == name.charAt(n)) {
        g++;
        n++;
      } else if (star >= 0) {
        g = star + 1;
        n = ++from;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }
}
