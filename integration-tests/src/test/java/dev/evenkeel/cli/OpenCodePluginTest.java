package dev.evenkeel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plugin for opencode posts what happens, and stops a tool that a guard denies. */
@Timeout(120)
class OpenCodePluginTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static Script scriptFor(HookServer server) {
    return Script.ofThisCheckout().with("EVENKEEL_URL", server.url());
  }

  private static JsonNode bodyOf(HookServer.Request request) throws Exception {
    assertThat(request.path()).isEqualTo("/hooks/opencode");
    assertThat(request.headers()).containsEntry("Content-Type", "application/json");
    return JSON.readTree(new String(request.body(), UTF_8));
  }

  @Test
  void eachEventIsPostedInItsOrder() throws Exception {
    try (var server = HookServer.answering(200, "")) {
      OpenCodePlugin.run(
          scriptFor(server),
          folder,
          """
          bus('session.created', { info: { id: 'ses_1', title: 'T' } });
          hooks['chat.message']({ sessionID: 'ses_1' },
            { parts: [{ type: 'text', text: 'fix' }, { type: 'file' }, { type: 'text', text: 'it' },
                      { type: 'text', text: 'hidden', synthetic: true }] });
          hooks['tool.execute.before']({ tool: 'bash', sessionID: 'ses_1', callID: 'c1' },
            { args: { command: 'ls' } });
          hooks['tool.execute.after']({ tool: 'bash', sessionID: 'ses_1', callID: 'c1', args: {} },
            { title: 'ls', output: 'a.ts', metadata: { exit: 0 } });
          bus('message.part.updated', { part: { type: 'text', text: 'no event of ours' } });
          bus('message.part.updated', { part: { type: 'tool', tool: 'bash', sessionID: 'ses_1',
            callID: 'c2', state: { status: 'error', input: { command: 'x' }, error: 'no' } } });
          bus('session.idle', { sessionID: 'ses_1' });
          """);
      assertThat(bodyOf(server.request()))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"type":"session.created","cwd":"%s",
                   "properties":{"info":{"id":"ses_1","title":"T"},"sessionID":"ses_1"}}\
                  """
                      .formatted(folder)));
      assertThat(bodyOf(server.request()).path("properties").path("prompt").textValue())
          .isEqualTo("fix\nit");
      assertThat(bodyOf(server.request()).path("properties"))
          .hasToString(
              "{\"tool\":\"bash\",\"sessionID\":\"ses_1\",\"callID\":\"c1\","
                  + "\"args\":{\"command\":\"ls\"}}");
      assertThat(bodyOf(server.request()).path("properties").path("output").textValue())
          .isEqualTo("a.ts");
      JsonNode failed = bodyOf(server.request());
      assertThat(failed.path("type").textValue()).isEqualTo("tool.execute.error");
      assertThat(failed.path("properties").path("error").textValue()).isEqualTo("no");
      assertThat(bodyOf(server.request()).path("type").textValue()).isEqualTo("session.idle");
    }
  }

  @Test
  void aToolThatIsDeniedIsStoppedWithTheReason() throws Exception {
    try (var server =
        HookServer.answering(200, "{\"decision\":\"deny\",\"reason\":\"not here\"}")) {
      String output =
          OpenCodePlugin.run(
              scriptFor(server),
              folder,
              """
              const call = { tool: 'bash', sessionID: 's', callID: 'c' };
              await hooks['tool.execute.before'](call, { args: { command: 'rm' } })
                .then(() => console.log('runs'), error => console.log(`${error}`));
              await hooks['chat.message']({ sessionID: 's' }, { parts: [] });
              await hooks['tool.execute.after'](call, {});
              await bus('session.idle', { sessionID: 's' });
              console.log('goes on');
              """);
      assertThat(output).isEqualTo("Error: not here\ngoes on\n");
    }
  }

  @Test
  void aToolGetsTheArgumentsThatTakeThePlaceOfItsOwn() throws Exception {
    try (var server = HookServer.answering(200, "{\"args\":{\"command\":\"ls\"}}")) {
      String output =
          OpenCodePlugin.run(
              scriptFor(server),
              folder,
              """
              const args = { command: 'rm', force: true };
              await hooks['tool.execute.before']({ tool: 'bash', sessionID: 's' }, { args });
              console.log(JSON.stringify(args));
              """);
      assertThat(output).isEqualTo("{\"command\":\"ls\"}\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"200,''", "200,no JSON", "200,null", "500,'{\"decision\":\"deny\"}'"})
  void withoutADenialTheToolRuns(int status, String answer) throws Exception {
    try (var server = HookServer.answering(status, answer)) {
      String output =
          OpenCodePlugin.run(
              scriptFor(server),
              folder,
              """
              await hooks['tool.execute.before']({ tool: 'bash', sessionID: 's' }, { args: {} });
              console.log('runs');
              """);
      assertThat(output).isEqualTo("runs\n");
    }
  }

  /** It waits for its own answer and not for all that is posted before it. */
  @Test
  void aServerThatHangsHoldsUpAToolNoLongerThanOneAnswer() throws Exception {
    try (var server = HookServer.hanging()) {
      String output =
          OpenCodePlugin.run(
              scriptFor(server),
              folder,
              """
              let posted = 0;
              const fetched = globalThis.fetch;
              globalThis.fetch = (...request) => { posted++; return fetched(...request); };
              const call = { tool: 'bash', sessionID: 's', callID: 'c' };
              for (let i = 0; i < 3; i++) hooks['tool.execute.after'](call, {});
              await hooks['tool.execute.before'](call, { args: {} });
              console.log(posted < 4 ? 'runs' : `runs after ${posted}`);
              process.exit();
              """);
      assertThat(output).isEqualTo("runs\n");
    }
  }

  /** The other hooks return at once: nothing of the server's time is in them. */
  @Test
  void aServerThatHangsDelaysNothingElseAndWhatWaitsIsBounded() throws Exception {
    try (var server = HookServer.hanging()) {
      String output =
          OpenCodePlugin.run(
              scriptFor(server),
              folder,
              """
              let pending = 0;
              for (let i = 0; i < 10_000; i++) {
                pending++;
                hooks['tool.execute.after']({ tool: 'bash', sessionID: 's', callID: `${i}` }, {})
                  .then(() => pending--);
              }
              await new Promise(setImmediate);
              console.log(pending);
              await hooks['tool.execute.before']({ tool: 'bash', sessionID: 's' }, { args: {} });
              await hooks.dispose();
              process.exit();
              """);
      assertThat(output).isEqualTo("0\n");
      assertThat(bodyOf(server.request()).path("properties").path("callID").textValue())
          .isEqualTo("0");
    }
  }

  @Test
  void withoutAServerAndWithOddEventsNothingFails() throws Exception {
    var script = Script.ofThisCheckout().with("EVENKEEL_URL", "http://127.0.0.1:1");
    String output =
        OpenCodePlugin.run(
            script,
            folder,
            """
            process.on('unhandledRejection', e => console.log('rejected', e));
            const circle = {}; circle.circle = circle;
            await hooks['tool.execute.before']({ tool: 'x', sessionID: 's', big: 1n }, { args: circle });
            await hooks['tool.execute.before']({}, undefined);
            await hooks['tool.execute.after']({}, undefined);
            await hooks['chat.message']({}, undefined);
            await hooks.event({});
            await hooks.event({ event: { type: 'session.idle' } });
            await hooks.event({ event: { type: 'message.part.updated' } });
            await hooks.event({ event: { type: 'session.error', properties: {} } });
            await hooks.dispose();
            console.log('went on');
            """);
    assertThat(output).isEqualTo("went on\n");
  }
}
