package dev.evenkeel.extensions.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** A tool call that an agent is about to make, whatever the agent calls it. */
final class ToolCall {

  private static final List<String> COMMANDS = List.of("command", "cmd", "script");
  private static final List<String> STATEMENTS = List.of("sql", "query", "statement");

  private final HookEvent event;
  private final JsonNode input;

  private ToolCall(HookEvent event, JsonNode input) {
    this.event = event;
    this.input = input;
  }

  static ToolCall of(HookEvent event) {
    JsonNode input = event.meaning().toolInput();
    if (input.isObject()) {
      return new ToolCall(event, input);
    }
    try {
      // Cursor has the command beside everything else.
      return new ToolCall(event, event.payload());
    } catch (IllegalStateException tooManyValues) {
      return new ToolCall(event, whatIsRun(event));
    }
  }

  /** Of an input that is too large for a tree: so large a one is no way past a rule. */
  private static ObjectNode whatIsRun(HookEvent event) {
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    for (String name : Stream.concat(COMMANDS.stream(), STATEMENTS.stream()).toList()) {
      JsonNode inside = event.at("tool_input", name);
      JsonNode node = inside.isMissingNode() ? event.at(name) : inside;
      if (!node.isMissingNode()) {
        found.set(name, node);
      }
    }
    return found;
  }

  String agent() {
    return event.session().source();
  }

  String session() {
    return event.session().id();
  }

  /** Empty where the agent names none. */
  String tool() {
    String tool = event.toolName();
    return tool == null ? "" : tool;
  }

  /** Every text in the input, at any depth. */
  List<String> texts() {
    var texts = new ArrayList<String>();
    Deque<JsonNode> left = new ArrayDeque<>(List.of(input));
    for (JsonNode node = left.poll(); node != null; node = left.poll()) {
      if (node.isTextual()) {
        texts.add(node.textValue());
      }
      node.forEach(left::add);
    }
    return texts;
  }

  /** The command lines for a shell, of each field that has one. */
  List<String> commands() {
    var found = new ArrayList<String>();
    for (String name : COMMANDS) {
      JsonNode command = input.path(name);
      if (command.isTextual()) {
        found.add(command.textValue());
      } else if (command.isArray() && !command.isEmpty()) {
        found.add(joined(command));
      }
    }
    return found;
  }

  /** Arguments as a shell would have them written. */
  private static String joined(JsonNode arguments) {
    var line = new StringBuilder();
    for (JsonNode each : arguments) {
      line.append('\'').append(each.asText().replace("'", "'\\''")).append("' ");
    }
    return line.toString();
  }

  /** Statements for a database, where the tool takes them. */
  List<String> statements() {
    var found = new ArrayList<String>();
    for (String name : STATEMENTS) {
      JsonNode statement = input.path(name);
      if (statement.isTextual()) {
        found.add(statement.textValue());
      }
    }
    return found;
  }

  /** The files that the call names, absolute and without detours. */
  List<String> paths() {
    var paths = new ArrayList<String>();
    input
        .properties()
        .forEach(
            field -> {
              String name = field.getKey();
              boolean isPath =
                  name.equals("path") || name.endsWith("_path") || name.endsWith("Path");
              if (isPath && field.getValue().isTextual()) {
                paths.add(absolute(field.getValue().textValue()));
              }
            });
    return paths;
  }

  private String absolute(String path) {
    String slashes = path.replace('\\', '/');
    boolean isAbsolute = slashes.startsWith("/") || slashes.matches("[A-Za-z]:/.*");
    String cwd = event.cwd() == null ? "" : event.cwd().replace('\\', '/');
    return PathText.normalized(isAbsolute ? slashes : cwd + '/' + slashes);
  }
}
