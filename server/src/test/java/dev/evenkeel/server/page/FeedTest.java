package dev.evenkeel.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page's feed tells the page, with a connection that the test plays. */
class FeedTest {

  private static final String LIBRARY = "/page/vendor/socket.io.esm.min.js";

  /** A socket on which the test says what comes in. */
  private static final String SOCKET =
      """
      const handlers = new Map();
      export const say = (name, argument) => handlers.get(name)(argument);
      export const io = () => ({
        on: (name, handler) => handlers.set(name, handler),
        connect: () => {},
        disconnect: () => {},
      });
      """;

  private static final String BEGIN =
      """
      import { say } from './socket.mjs';
      import { Feed } from './feed.mjs';
      const feed = new Feed({ token: null }, {
        onState: () => {},
        onEvents: (events) => console.log('event ' + events[0].id),
        onMissed: (count) => console.log('missed ' + count),
        onOtherLog: () => {},
        onWelcome: () => {},
      });
      const connect = (...missed) => {
        say('connect');
        say('welcome', { newest: '10' });
        missed.forEach((count) => say('missed', { count }));
      };
      feed.start({ session: 's1', name: '' });
      connect();
      say('history', { events: [] });
      """;

  @TempDir Path folder;

  /** Runs a script in Node; what the page is told, a line each. */
  private List<String> told(String script) throws Exception {
    Files.writeString(folder.resolve("socket.mjs"), SOCKET);
    Files.writeString(folder.resolve("feed.mjs"), feed().replace(LIBRARY, "./socket.mjs"));
    Path file = Files.writeString(folder.resolve("script.mjs"), BEGIN + script);
    Process node = new ProcessBuilder("node", file.toString()).redirectErrorStream(true).start();
    String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static String feed() throws IOException {
    try (InputStream in = FeedTest.class.getResourceAsStream("/page/feed.js")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aGapIsToldOnceHoweverOftenThePageConnectsAgain() throws Exception {
    assertThat(told("connect(5); connect(5); connect(2, 3); connect();"))
        .containsExactly("missed 5");
  }

  @Test
  void ofAGapThatHasGrownThePageIsToldWhatIsNew() throws Exception {
    assertThat(told("connect(5); connect(8); say('missed', { count: 1 });"))
        .containsExactly("missed 5", "missed 3", "missed 1");
  }

  @Test
  void aGapAfterAnEventIsAnotherGap() throws Exception {
    assertThat(
            told(
                "connect(5); say('claude_event', { id: '20', session_id: 's1' });"
                    + " connect(2); connect(2);"))
        .containsExactly("missed 5", "event 20", "missed 2");
  }

  @Test
  void aGapAfterAChangeOfTheFilterIsAnotherGap() throws Exception {
    assertThat(told("connect(5); feed.change({ session: 's2', name: '' }); connect(5);"))
        .containsExactly("missed 5", "missed 5");
  }
}
