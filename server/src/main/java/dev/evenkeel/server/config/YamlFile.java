package dev.evenkeel.server.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Predicate;
import org.yaml.snakeyaml.LoaderOptions;

/** A YAML file as a flat list of keys. It is read as text: nothing in it can make an object. */
final class YamlFile {

  private static final int MOST_BYTES = 1 << 20;
  private static final int DEEPEST = 20;

  private static final YAMLFactory YAML = factory();

  /**
   * A value.
   *
   * @param text as it stands in the file; of a list of plain values: these with commas between
   * @param line from 1
   */
  record Value(String text, int line) {}

  private final Path path;
  private final Predicate<String> wanted;
  private final Map<String, Value> values = new LinkedHashMap<>();

  private YamlFile(Path path, Predicate<String> wanted) {
    this.path = path;
    this.wanted = wanted;
  }

  private static YAMLFactory factory() {
    var options = new LoaderOptions();
    options.setNestingDepthLimit(DEEPEST);
    options.setCodePointLimit(MOST_BYTES);
    return YAMLFactory.builder()
        .loaderOptions(options)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /**
   * Reads the file.
   *
   * @param wanted which keys matter; what others have is passed over
   * @return by key, with dots between its parts; what has no value is left out
   * @throws IllegalArgumentException when it cannot be read; the message names file and line
   */
  static Map<String, Value> read(Path path, Predicate<String> wanted) {
    var file = new YamlFile(path, wanted);
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new IllegalArgumentException(path + " has more than 1 MB; it is no configuration");
      }
      try (YAMLParser parser = YAML.createParser(Files.newBufferedReader(path))) {
        file.read(parser);
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          path + ":" + line + ": this is no YAML: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(path + " cannot be read: " + e, e);
    }
    return file.values;
  }

  private static String firstLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*in '?reader'?.*|\\R(?s:.*)", "");
  }

  private void read(YAMLParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null || isNothing(parser)) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      throw wrong(parser, "there have to be keys with values, like 'debug: true'");
    }
    section(parser, "");
    if (parser.nextToken() != null) {
      throw wrong(parser, "a second document begins; only one is read");
    }
  }

  private void section(YAMLParser parser, String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = prefix + parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT) {
        section(parser, key + ".");
      } else if (token == JsonToken.START_ARRAY) {
        list(parser, key);
      } else if (!isNothing(parser)) {
        put(parser, key, plain(parser, key), line(parser));
      }
    }
  }

  private void list(YAMLParser parser, String key) throws IOException {
    int line = line(parser);
    var joined = new StringJoiner(",");
    int index = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken(), index++) {
      String element = key + "[" + index + "]";
      if (token == JsonToken.START_OBJECT) {
        section(parser, element + ".");
      } else if (token == JsonToken.START_ARRAY) {
        list(parser, element);
      } else if (!isNothing(parser)) {
        joined.add(plain(parser, key));
      }
    }
    if (joined.length() > 0) {
      put(parser, key, joined.toString(), line);
    }
  }

  /** A key whose value is still to be written, or a section whose keys are all commented out. */
  private static boolean isNothing(YAMLParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NULL
        || (parser.currentToken().isScalarValue() && parser.getText().isEmpty());
  }

  private String plain(YAMLParser parser, String key) throws IOException {
    if (parser.isCurrentAlias() && wanted.test(key)) {
      throw wrong(parser, key + " is the alias *" + parser.getText() + "; write the value out");
    }
    return parser.getText();
  }

  /** The same key may come twice in two ways of writing: {@code a.b: 1} and {@code a: {b: 1}}. */
  private void put(YAMLParser parser, String key, String text, int line) {
    if (wanted.test(key) && values.putIfAbsent(key, new Value(text, line)) != null) {
      throw wrong(parser, key + " is there twice");
    }
  }

  private IllegalArgumentException wrong(YAMLParser parser, String what) {
    return new IllegalArgumentException(path + ":" + line(parser) + ": " + what);
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}
