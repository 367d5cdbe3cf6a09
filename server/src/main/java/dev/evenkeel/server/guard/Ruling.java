package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the guards of an event say together: a denial goes before a question, a question before a
 * permission, and of two of a kind the first; contexts are joined; the first replaced input counts,
 * and none of a call that is denied. Dry runs have no part in it.
 *
 * @param words of all guards, in their order
 * @param permission whose answer decides, or null
 * @param contexts those who add context
 * @param input whose input replaces the agent's, or null
 */
record Ruling(
    List<Word> words, @Nullable Word permission, List<Word> contexts, @Nullable Word input) {

  private static final String CUT = "\n[cut]";

  /** Whether the agent may. In the order in which they win. */
  enum Permission {
    DENY,
    ASK,
    ALLOW;

    /** The word in most agents' formats. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Ruling of(List<Word> words) {
    Word permission = null;
    Word input = null;
    var contexts = new ArrayList<Word>();
    for (Word word : words) {
      Permission mine = permissionOf(word);
      if (mine != null) {
        Permission best = permission == null ? null : permissionOf(permission);
        permission = best == null || mine.compareTo(best) < 0 ? word : permission;
      } else if (word.answer() instanceof HookAnswer.AddContext) {
        contexts.add(word);
      } else if (word.answer() instanceof HookAnswer.ReplaceInput && input == null) {
        input = word;
      }
    }
    boolean denied = permission != null && permissionOf(permission) == Permission.DENY;
    return new Ruling(words, permission, contexts, denied ? null : input);
  }

  private static @Nullable Permission permissionOf(Word word) {
    return switch (word.answer()) {
      case HookAnswer.Deny _ -> Permission.DENY;
      case HookAnswer.Ask _ -> Permission.ASK;
      case HookAnswer.Allow _ -> Permission.ALLOW;
      case HookAnswer.None _,
          HookAnswer.AddContext _,
          HookAnswer.ReplaceInput _,
          HookAnswer.DryRun _ ->
          null;
    };
  }

  /** Whether the agent may, or null where no guard says. */
  @Nullable Permission decided() {
    return permission == null ? null : permissionOf(permission);
  }

  /** Why; empty for a permission without a reason. */
  String reason() {
    String reason =
        switch (permission == null ? HookAnswer.none() : permission.answer()) {
          case HookAnswer.Deny deny -> deny.reason();
          case HookAnswer.Ask ask -> ask.reason();
          case HookAnswer.Allow allow -> allow.reason();
          case HookAnswer.None _,
              HookAnswer.AddContext _,
              HookAnswer.ReplaceInput _,
              HookAnswer.DryRun _ ->
              null;
        };
    return reason == null ? "" : cut(reason);
  }

  /** What the agent is to read besides, or null. */
  @Nullable String context() {
    var joined = new StringBuilder();
    for (Word word : contexts) {
      if (word.answer() instanceof HookAnswer.AddContext context) {
        joined.append(joined.isEmpty() ? "" : "\n\n").append(context.text());
      }
    }
    return joined.isEmpty() ? null : cut(joined.toString());
  }

  /** The input that replaces the agent's, or null. */
  @Nullable ObjectNode newInput() {
    return input != null && input.answer() instanceof HookAnswer.ReplaceInput replace
        ? replace.input()
        : null;
  }

  /** Agents cut longer texts themselves, or refuse them. No half of a character is left. */
  static String cut(String text) {
    if (text.length() <= HookAnswer.MAX_TEXT) {
      return text;
    }
    int end = HookAnswer.MAX_TEXT - CUT.length();
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + CUT;
  }
}
