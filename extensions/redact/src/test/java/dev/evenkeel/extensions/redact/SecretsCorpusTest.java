package dev.evenkeel.extensions.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.testkit.RecordedEvent;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is found of secrets in all the places where agents leave them, and what is taken for one.
 */
class SecretsCorpusTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int SEEDS = 20;

  private final Redactor redactor =
      new Redactor(new Scanner(Detectors.all()), new Markers(new byte[] {1, 2, 3}));

  /** Where a secret stands in a string. */
  private static final Map<String, UnaryOperator<String>> PLACES = new LinkedHashMap<>();

  static {
    PLACES.put("alone", secret -> secret);
    PLACES.put("in a sentence", secret -> "I will use " + secret + ", if you agree.");
    PLACES.put("at the end of a sentence", secret -> "The key is " + secret + ".");
    PLACES.put("exported", secret -> "export THE_KEY=" + secret + " && make");
    PLACES.put("quoted", secret -> "client = new Client('" + secret + "');");
    PLACES.put("in a line of many", secret -> "1\tA=b\n2\tKEY=" + secret + "\n3\tC=d\n");
    PLACES.put("JSON in a string", secret -> "{\"auth\": " + quoted(secret) + ", \"n\": 1}");
    PLACES.put(
        "JSON in JSON in a string", secret -> quoted("{\"k\":" + quoted("x\n" + secret) + "}"));
    PLACES.put("in an argument", secret -> "curl -u x:" + secret + " https://example.com/a?b=c");
    PLACES.put("in a query", secret -> "https://example.com/?key=" + secret + "&n=1");
    PLACES.put("behind other letters", secret -> "ключ→" + secret + "←");
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private HookEvent redact(String json) throws Exception {
    return redactor.redact(HookEvent.read("claude-code", json, Instant.EPOCH));
  }

  /** What is told by what stands before it has no form of its own: other tests have those. */
  private static final Set<String> TOLD_BY_PLACE =
      Set.of("url-password", "authorization", "bearer-token", "secret-value");

  @Test
  void thereAreSecretsOfEveryKindThatIsLookedFor() {
    Set<String> made = new TreeSet<>(TOLD_BY_PLACE);
    new Secrets(1).byForm().keySet().forEach(form -> made.add(kind(form)));
    Set<String> lookedFor = new TreeSet<>();
    Detectors.all().forEach(each -> lookedFor.add(each.kind()));
    assertThat(made).isEqualTo(lookedFor);
  }

  private static String kind(String form) {
    return form.replaceFirst("\\..*", "");
  }

  @Test
  void everySecretIsFoundInEveryPlace() throws Exception {
    var missed = new ArrayList<String>();
    int count = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      for (var form : new Secrets(seed).byForm().entrySet()) {
        String secret = form.getValue().get();
        String kind = kind(form.getKey());
        for (var place : PLACES.entrySet()) {
          String around = kind.equals("webhook-url") ? "https://hooks.slack.com/services/" : "";
          String text = place.getValue().apply(around + secret);
          for (String json : List.of(valued(text), keyed(text), escaped(text))) {
            count++;
            String kept = redact(json).json();
            String value = JSON.readTree(kept).toString();
            if (kept.contains(secret)
                || value.contains(secret)
                || !kept.contains("[redacted:" + kind)) {
              missed.add(form.getKey() + " " + place.getKey() + ": " + kept);
            }
          }
        }
      }
    }
    System.out.printf("%d secrets, %d missed%n", count, missed.size());
    assertThat(missed.stream().limit(5)).isEmpty();
  }

  private static String valued(String text) {
    return "{\"hook_event_name\":\"PostToolUse\",\"tool_response\":{\"stdout\":"
        + quoted(text)
        + "}}";
  }

  private static String keyed(String text) {
    return "{\"hook_event_name\":\"X\",\"tool_input\":{" + quoted(text) + ":[1]}}";
  }

  /** Each character as an escape, as a hostile or an old writer may put it. */
  private static String escaped(String text) {
    var escapes = new StringBuilder();
    for (char c : text.toCharArray()) {
      escapes.append(String.format("\\u%04X", (int) c));
    }
    return "{\"hook_event_name\":\"X\",\"prompt\":\"" + escapes + "\"}";
  }

  @Test
  void nothingInTheRecordedEventsIsTakenForASecret() throws Exception {
    int count = 0;
    var alarms = new ArrayList<String>();
    for (String file : RecordedEvents.files()) {
      for (RecordedEvent recorded : RecordedEvents.read(file)) {
        count++;
        HookEvent event = recorded.at(Instant.EPOCH);
        HookEvent kept = redactor.redact(event);
        if (kept != event) {
          alarms.add(file + ": " + firstChange(event.json(), kept.json()));
        }
      }
    }
    System.out.printf("%d recorded events, %d false alarms%n", count, alarms.size());
    assertThat(alarms).isEmpty();
  }

  /** Source code and documents are what agents read most: here, this project's own. */
  @Test
  void nothingInThisProjectsSourcesIsTakenForASecret() throws Exception {
    Path root = RecordedEvents.folder().toAbsolutePath().getParent().getParent();
    var alarms = new ArrayList<String>();
    int count = 0;
    for (Path file : sources(root)) {
      count++;
      HookEvent event = HookEvent.read("x", valued(Files.readString(file)), Instant.EPOCH);
      HookEvent kept = redactor.redact(event);
      if (kept != event) {
        alarms.add(root.relativize(file) + ": " + firstChange(event.json(), kept.json()));
      }
    }
    System.out.printf("%d files, %d false alarms%n", count, alarms.size());
    assertThat(count).isGreaterThan(150);
    assertThat(alarms).isEmpty();
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().matches(".*(src/main/.*\\.java|\\.md|pom\\.xml|\\.mjs)"))
          .filter(file -> !file.toString().matches(".*/(target|node_modules|\\.git)/.*"))
          .toList();
    }
  }

  private static String firstChange(String before, String after) {
    int at = 0;
    while (at < Math.min(before.length(), after.length())
        && before.charAt(at) == after.charAt(at)) {
      at++;
    }
    return before.substring(Math.max(0, at - 60), Math.min(before.length(), at + 60));
  }
}
