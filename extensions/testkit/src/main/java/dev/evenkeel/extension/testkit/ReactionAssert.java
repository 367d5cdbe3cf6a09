package dev.evenkeel.extension.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookAnswer;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * What an extension has to have done with an event. A value is compared as JSON: 1 and 1L are the
 * same.
 */
public final class ReactionAssert extends AbstractAssert<ReactionAssert, Reaction> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  ReactionAssert(Reaction reaction) {
    super(reaction, ReactionAssert.class);
  }

  /** It attached this field, whatever its value. */
  public ReactionAssert attached(String field) {
    isNotNull();
    if (!actual.attached().containsKey(field)) {
      failWithMessage("attached %s; expected %s among it", actual.attached(), field);
    }
    return this;
  }

  /** It attached this field with this value. */
  public ReactionAssert attached(String field, @Nullable Object value) {
    attached(field);
    JsonNode found = actual.attached().get(field);
    if (!same(found, value)) {
      failWithMessage("attached %s = %s; expected %s", field, found, json(value));
    }
    return this;
  }

  /** It attached no such field. */
  public ReactionAssert notAttached(String field) {
    isNotNull();
    if (actual.attached().containsKey(field)) {
      failWithMessage("attached %s; expected no %s", actual.attached(), field);
    }
    return this;
  }

  /** It attached nothing. */
  public ReactionAssert attachedNothing() {
    isNotNull();
    if (!actual.attached().isEmpty()) {
      failWithMessage("attached %s; expected nothing", actual.attached());
    }
    return this;
  }

  /** It emitted an event of this name. */
  public ReactionAssert emitted(String name) {
    return emitted(name, Map.of());
  }

  /** It emitted an event of this name with these fields, and perhaps others. */
  public ReactionAssert emitted(String name, Map<String, ?> fields) {
    isNotNull();
    if (actual.derived(name).stream().noneMatch(data -> hasAll(data, fields))) {
      failWithMessage("emitted %s; expected %s with %s", actual.derived(), name, fields);
    }
    return this;
  }

  /** It emitted nothing. What eviction handlers emitted does not count. */
  public ReactionAssert emittedNothing() {
    isNotNull();
    if (!actual.derived().isEmpty()) {
      failWithMessage("emitted %s; expected nothing", actual.derived());
    }
    return this;
  }

  /** It dropped the event for this reason. */
  public ReactionAssert dropped(String reason) {
    isNotNull();
    if (!reason.equals(actual.dropped())) {
      failWithMessage("dropped for the reason %s; expected %s", actual.dropped(), reason);
    }
    return this;
  }

  /** It did not drop the event. */
  public ReactionAssert isKept() {
    isNotNull();
    if (actual.dropped() != null) {
      failWithMessage("dropped for the reason %s; expected it kept", actual.dropped());
    }
    return this;
  }

  /** A guard denied it, with these words in its reason. */
  public ReactionAssert denied(String... words) {
    return answered(HookAnswer.Deny.class, HookAnswer.Deny::reason, words);
  }

  /** A guard has the user asked, with these words in its reason. */
  public ReactionAssert asked(String... words) {
    return answered(HookAnswer.Ask.class, HookAnswer.Ask::reason, words);
  }

  /** A guard allowed it. */
  public ReactionAssert allowed() {
    return answered(HookAnswer.Allow.class, answer -> String.valueOf(answer.reason()));
  }

  /** A guard added a context with these words in it. */
  public ReactionAssert addedContext(String... words) {
    return answered(HookAnswer.AddContext.class, HookAnswer.AddContext::text, words);
  }

  /** No guard had anything to say. */
  public ReactionAssert answeredNothing() {
    isNotNull();
    if (!actual.answers().isEmpty()) {
      failWithMessage("answered %s; expected nothing", actual.answers());
    }
    return this;
  }

  /** Nothing was thrown. */
  public ReactionAssert hasNoFailures() {
    isNotNull();
    if (!actual.failures().isEmpty()) {
      failWithMessage("failed with %s; expected no failure", actual.failures());
    }
    return this;
  }

  /** What is said of one kind of answer. */
  private interface Words<A> {
    String of(A answer);
  }

  private <A extends HookAnswer> ReactionAssert answered(
      Class<A> kind, Words<A> words, String... expected) {
    isNotNull();
    boolean found =
        actual.answers().stream()
            .filter(kind::isInstance)
            .map(kind::cast)
            .map(words::of)
            .anyMatch(text -> List.of(expected).stream().allMatch(text::contains));
    if (!found) {
      failWithMessage(
          "answered %s; expected %s with %s",
          actual.answers(), kind.getSimpleName(), List.of(expected));
    }
    return this;
  }

  private static boolean hasAll(ObjectNode data, Map<String, ?> fields) {
    return fields.entrySet().stream()
        .allMatch(
            each -> data.has(each.getKey()) && same(data.get(each.getKey()), each.getValue()));
  }

  private static boolean same(@Nullable JsonNode found, @Nullable Object expected) {
    return String.valueOf(found).equals(json(expected));
  }

  private static String json(@Nullable Object value) {
    return JSON.valueToTree(value).toString();
  }
}
