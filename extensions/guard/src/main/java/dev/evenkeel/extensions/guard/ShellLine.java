package dev.evenkeel.extensions.guard;

import java.util.ArrayList;
import java.util.List;

/**
 * A command line of a POSIX shell, taken apart into its simple commands: at {@code ;}, {@code &&},
 * {@code ||}, pipes, line ends, inside substitutions, groups and quotes. It is read once, from left
 * to right. It does not run anything and knows no variable's value.
 */
final class ShellLine {

  private static final int DEEPEST = 8;

  /**
   * A simple command.
   *
   * @param words as the shell would split them, without quotes; variables as they are written
   * @param outputs files that it writes to by {@code >}
   * @param input what stands in a here-document for it, or is empty
   * @param piped whether the command before it writes into it
   */
  record Command(List<String> words, List<String> outputs, String input, boolean piped) {}

  private final String line;
  private final int depth;
  private final boolean inParentheses;
  private final List<Command> commands = new ArrayList<>();

  // Mutable while it reads
  private int at;
  private int open;
  private boolean closed;
  private List<String> words = new ArrayList<>();
  private List<String> outputs = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private boolean toOutput;
  private boolean piped;
  private final List<String> hereEnds = new ArrayList<>();

  /**
   * Reads from there on.
   *
   * @param inParentheses whether it ends at the parenthesis that closes those it stands in
   */
  private ShellLine(String line, int from, int depth, boolean inParentheses) {
    this.line = line;
    this.at = from;
    this.depth = depth;
    this.inParentheses = inParentheses;
  }

  /** The simple commands of a line, those of its substitutions among them. */
  static List<Command> commandsOf(String line) {
    return commandsOf(line, 0);
  }

  private static List<Command> commandsOf(String line, int depth) {
    var reading = new ShellLine(line, 0, depth, false);
    reading.read();
    return reading.commands;
  }

  private void read() {
    while (at < line.length() && !closed) {
      char c = line.charAt(at++);
      switch (c) {
        case '\\' -> escaped();
        case '\'' -> singleQuoted();
        case '"' -> doubleQuoted();
        case '$' -> dollar();
        case '`' -> backQuoted();
        case ' ', '\t', '\r' -> endWord();
        case '\n' -> endLine();
        case ';' -> endCommand(false);
        case '&' -> ampersand();
        case '|' -> bar();
        case '(' -> {
          open++;
          endCommand(false);
        }
        case ')' -> {
          closed = inParentheses && open == 0;
          open = Math.max(0, open - 1);
          endCommand(false);
        }
        case '>' -> output();
        case '<' -> input();
        case '#' -> comment();
        default -> append(c);
      }
    }
    endCommand(false);
  }

  private void append(char c) {
    word.append(c);
    inWord = true;
  }

  private char peek() {
    return at < line.length() ? line.charAt(at) : 0;
  }

  private void escaped() {
    if (peek() == '\n') {
      at++;
    } else if (at < line.length()) {
      append(line.charAt(at++));
    }
  }

  private void singleQuoted() {
    int end = line.indexOf('\'', at);
    int to = end < 0 ? line.length() : end;
    word.append(line, at, to);
    inWord = true;
    at = Math.min(line.length(), to + 1);
  }

  private void doubleQuoted() {
    inWord = true;
    while (at < line.length()) {
      char c = line.charAt(at++);
      switch (c) {
        case '"' -> {
          return;
        }
        case '\\' -> escaped();
        case '$' -> dollar();
        case '`' -> backQuoted();
        default -> append(c);
      }
    }
  }

  private void dollar() {
    append('$');
    if (peek() == '(') {
      at++;
      append('(');
      if (peek() == '(') {
        substitution(closing('(')); // arithmetic, where << is no here-document
      } else {
        parentheses();
      }
    }
  }

  /**
   * What stands in parentheses is read as a line of its own up to the one that closes them, by all
   * rules: one that stands in quotes or in a here-document closes nothing.
   */
  private void parentheses() {
    if (depth >= DEEPEST) {
      substitution(closing('('));
      return;
    }
    var inner = new ShellLine(line, at, depth + 1, true);
    inner.read();
    word.append(line, at, inner.closed ? inner.at - 1 : inner.at);
    inWord = true;
    at = inner.at;
    commands.addAll(inner.commands);
  }

  private void backQuoted() {
    int end = line.indexOf('`', at);
    int to = end < 0 ? line.length() : end;
    append('`');
    substitution(to);
  }

  /** What stands inside is a line of its own; the word keeps it as it is written. */
  private void substitution(int end) {
    String inner = line.substring(at, end);
    word.append(inner);
    inWord = true;
    at = Math.min(line.length(), end + 1);
    if (depth < DEEPEST) {
      commands.addAll(commandsOf(inner, depth + 1));
    }
  }

  /** Where the parenthesis that was just opened is closed again, quotes left out. */
  private int closing(char open) {
    int level = 1;
    for (int i = at; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '\'') {
        int end = line.indexOf('\'', i + 1);
        i = end < 0 ? line.length() : end;
      } else if (c == open) {
        level++;
      } else if (c == ')' && --level == 0) {
        return i;
      }
    }
    return line.length();
  }

  private void endWord() {
    if (!inWord) {
      return;
    }
    (toOutput ? outputs : words).add(word.toString());
    toOutput = false;
    word.setLength(0);
    inWord = false;
  }

  private void endCommand(boolean intoPipe) {
    endCommand(intoPipe, "");
  }

  private void endCommand(boolean intoPipe, String hereText) {
    endWord();
    if (!words.isEmpty() || !outputs.isEmpty()) {
      commands.add(new Command(words, outputs, hereText, piped));
      words = new ArrayList<>();
      outputs = new ArrayList<>();
    }
    piped = intoPipe;
  }

  private void endLine() {
    if (hereEnds.isEmpty()) {
      endCommand(false);
      return;
    }
    var text = new StringBuilder();
    while (!hereEnds.isEmpty() && at < line.length()) {
      int end = line.indexOf('\n', at);
      int to = end < 0 ? line.length() : end;
      String here = line.substring(at, to);
      if (inParentheses && here.strip().startsWith(hereEnds.getFirst() + ")")) {
        at = line.indexOf(')', at);
        break;
      }
      at = Math.min(line.length(), to + 1);
      if (here.strip().equals(hereEnds.getFirst())) {
        hereEnds.removeFirst();
      } else {
        text.append(here).append('\n');
      }
    }
    hereEnds.clear();
    endCommand(false, text.toString());
  }

  private void ampersand() {
    if (peek() == '>') {
      return;
    }
    if (peek() == '&') {
      at++;
    }
    endCommand(false);
  }

  private void bar() {
    boolean or = peek() == '|';
    if (or || peek() == '&') {
      at++;
    }
    endCommand(!or);
  }

  private void output() {
    boolean descriptor = word.length() == 1 && Character.isDigit(word.charAt(0));
    if (descriptor) {
      word.setLength(0);
      inWord = false;
    }
    endWord();
    if (peek() == '>' || peek() == '|') {
      at++;
    }
    if (peek() == '&') {
      at++;
    }
    toOutput = true;
  }

  private void input() {
    if (peek() == '(') {
      at++;
      append('<');
      append('(');
      parentheses();
      return;
    }
    endWord();
    if (peek() == '<' && at + 1 < line.length() && line.charAt(at + 1) == '<') {
      at += 2;
      return;
    }
    if (peek() == '<') {
      at++;
      hereEnds.add(hereEnd());
    }
  }

  private String hereEnd() {
    while (peek() == '-' || peek() == ' ') {
      at++;
    }
    int from = at;
    while (at < line.length()
        && !Character.isWhitespace(line.charAt(at))
        && ";&|()<>".indexOf(line.charAt(at)) < 0) {
      at++;
    }
    return line.substring(from, at).replaceAll("['\"\\\\]", "");
  }

  private void comment() {
    if (inWord) {
      append('#');
      return;
    }
    int end = line.indexOf('\n', at);
    at = end < 0 ? line.length() : end;
  }
}
