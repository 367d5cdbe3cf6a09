package dev.evenkeel.extensions.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * What the events of one tool call have in common.
 *
 * @param id the {@code tool_use_id}, or empty where the agent sends none
 * @param likeness without an id, a hash of agent, tool and input; else empty
 */
record CallKey(Session session, String id, String likeness) {

  /** Sorted, so that the order of an input's fields does not matter. */
  private static final JsonMapper CANONICAL =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  static CallKey of(HookEvent event) {
    String id = Objects.requireNonNullElse(event.toolUseId(), "");
    return new CallKey(event.session(), id, id.isEmpty() ? likenessOf(event) : "");
  }

  boolean hasId() {
    return !id.isEmpty();
  }

  private static String likenessOf(HookEvent event) {
    JsonNode args = event.meaning().toolInput();
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(CANONICAL.writeValueAsBytes(new String[] {event.agentId(), event.toolName()}));
      hash.update(args.isMissingNode() ? new byte[0] : CANONICAL.writeValueAsBytes(args));
      return HexFormat.of().formatHex(hash.digest());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
