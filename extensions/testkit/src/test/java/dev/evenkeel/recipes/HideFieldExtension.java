package dev.evenkeel.recipes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookEvent;
import java.util.List;

/** Keeps one field of tools' inputs out of everything that is kept. */
public final class HideFieldExtension implements Extension {

  record Config(List<String> fields) {
    Config() {
      this(List.of("connection_string"));
    }
  }

  @Override
  public void start(ExtensionContext context) {
    Config config = context.config(Config.class);
    context.filter(event -> hide(event, config.fields()));
  }

  private static HookEvent hide(HookEvent event, List<String> fields) {
    if (fields.stream().allMatch(field -> event.at("tool_input", field).isMissingNode())) {
      return event; // most events: the tree below is not made for them
    }
    ObjectNode payload = event.payload();
    ObjectNode input = (ObjectNode) payload.get("tool_input");
    for (String field : fields) {
      if (input.has(field)) {
        input.put(field, "[hidden]");
      }
    }
    return event.withPayload(payload);
  }
}
