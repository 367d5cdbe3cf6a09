package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed again and again loses nothing that it had answered, neither in its log
 * nor at its target.
 */
class KillNineTest {

  private static final int KILLS = 20;
  private static final int AGENTS = 4;
  private static final Duration READY = Duration.ofSeconds(60);

  @RegisterExtension static final Servers SERVERS = new Servers();

  @AutoClose private final SocketIoServer target = SocketIoServer.process();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void whatWasAnsweredIsKeptOnceAndPublishedWhollyOverTwentyKills() throws Exception {
    // Given
    long seed = Long.getLong("evenkeel.seed", new Random().nextLong());
    System.out.println("KillNineTest: -Devenkeel.seed=" + seed);
    var random = new Random(seed);
    EvenkeelProcess server =
        SERVERS.on(folder.resolve("data")).with("EVENKEEL_TARGETS_MAIN_URL", target.url());
    List<Agent> agents = new ArrayList<>();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(new Agent(server.port(), "agent-" + i));
    }
    // When
    for (int kill = 0; kill < KILLS; kill++) {
      server.spawn();
      agents.forEach(Agent::startWork);
      boolean whileItStarts = kill % 5 == 4;
      if (!whileItStarts) {
        server.awaitAnswering();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20, 700)));
      server.kill();
      for (Agent agent : agents) {
        agent.stopWork();
      }
      try (LogFile left = LogFile.copyOf(server.dataDir(), folder.resolve("after-kill-" + kill))) {
        assertPublishedWhollyOrNotAtAll(left);
      }
    }
    server.start();
    for (Agent agent : agents) {
      agent.finish();
    }
    // Then
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(READY).until(() -> log.unpublished() == 0);
      assertPublishedWhollyOrNotAtAll(log);
      assertThat(log.published()).isNotEmpty();
      for (Agent agent : agents) {
        assertKept(log.published(), agent);
      }
      assertStateIsWhatIsOpen(log);
      assertArrived(log.published());
    }
    assertThat(server.stop()).as("exit code of SIGTERM").isIn(0, 143);
  }

  private static void assertKept(List<LogFile.Row> published, Agent agent) {
    List<LogFile.Row> own =
        published.stream().filter(row -> row.session().equals(agent.session)).toList();
    List<Integer> markers =
        own.stream()
            .filter(row -> row.seq() > 0)
            .map(row -> row.data().get("marker").asInt())
            .toList();
    assertThat(markers).as("each event once, in the order of its session").isSorted();
    assertThat(markers).doesNotHaveDuplicates();
    assertThat(markers).as("events that were answered 200").containsAll(agent.answered);
    assertThat(markers).as("nothing that nobody sent").isSubsetOf(agent.sent);
    List<Long> seqs = own.stream().map(LogFile.Row::seq).filter(seq -> seq > 0).toList();
    assertThat(seqs).as("published in the order of acceptance").isSorted();
    assertThat(agent.paired).as("enough happened").hasSizeGreaterThan(KILLS);
    assertThat(delegations(own, "delegation_started")).containsAllEntriesOf(once(agent.paired));
    assertThat(delegations(own, "delegation_ended")).isEqualTo(once(agent.paired));
    assertThat(agent.interrupted).as("delegations that were open at a kill").isNotEmpty();
    Map<String, LogFile.Row> firsts = firstOfEachCall(own);
    agent.paired.forEach(id -> assertEndsAsItBegan(firsts, id));
  }

  /** Also when a kill was between: its end says what only its beginning has said, and how long. */
  private static void assertEndsAsItBegan(Map<String, LogFile.Row> firsts, String id) {
    LogFile.Row call = firsts.get("PreToolUse " + id);
    LogFile.Row returned = firsts.get("PostToolUse " + id);
    JsonNode ended = firsts.get("delegation_ended " + id).data();
    assertThat(ended.path("agent_type").asText()).as(id).isEqualTo("Explore");
    assertThat(ended.path("description").asText()).isEqualTo("look for " + id);
    assertThat(ended.path("prompt").asText()).isEqualTo("look around for " + id);
    assertThat(ended.path("started_at").asText()).isEqualTo(call.time().toString());
    assertThat(ended.path("duration_ms").asLong(-1))
        .isEqualTo(Math.max(0, Duration.between(call.time(), returned.time()).toMillis()));
    assertThat(ended.path("outcome").asText()).isEqualTo("completed");
  }

  private static Map<String, LogFile.Row> firstOfEachCall(List<LogFile.Row> rows) {
    var firsts = new HashMap<String, LogFile.Row>();
    for (LogFile.Row row : rows) {
      firsts.putIfAbsent(row.event() + ' ' + row.data().path("tool_use_id").asText(), row);
    }
    return firsts;
  }

  /** Everything that stands in the log is at the target, in the order of its session. */
  private void assertArrived(List<LogFile.Row> published) {
    await()
        .atMost(READY)
        .untilAsserted(
            () ->
                assertThat(target.state().get("unique").asInt())
                    .isGreaterThanOrEqualTo(published.size()));
    var arrived = new ArrayList<Long>();
    target.record().get("ids").forEach(id -> arrived.add(Long.parseLong(id.asText())));
    assertThat(arrived)
        .containsExactlyInAnyOrderElementsOf(published.stream().map(LogFile.Row::id).toList());
    assertThat(target.state().get("outOfOrder").asInt()).isZero();
    assertThat(target.state().get("missedMessages").asInt()).isZero();
    assertThat(target.state().get("mostJoined").asInt()).isLessThanOrEqualTo(3);
  }

  private static Map<String, Integer> once(Set<String> ids) {
    var once = new HashMap<String, Integer>();
    ids.forEach(id -> once.put(id, 1));
    return once;
  }

  private static Map<String, Integer> delegations(List<LogFile.Row> rows, String name) {
    var counts = new HashMap<String, Integer>();
    rows.stream()
        .filter(row -> row.event().equals(name))
        .forEach(row -> counts.merge(row.data().get("tool_use_id").asText(), 1, Integer::sum));
    return counts;
  }

  /** Derived rows stand exactly where the event that they come from stands. */
  private static void assertPublishedWhollyOrNotAtAll(LogFile log) {
    if (log.number("SELECT count(*) FROM sqlite_schema") == 0) {
      return;
    }
    List<LogFile.Row> rows = log.published();
    var derivedFrom = new HashMap<Long, List<String>>();
    for (LogFile.Row row : rows) {
      if (row.cause() > 0) {
        derivedFrom.computeIfAbsent(row.cause(), id -> new ArrayList<>()).add(row.event());
      }
    }
    var seen = new HashSet<Long>();
    var ended = new HashSet<String>();
    for (LogFile.Row row : rows) {
      if (row.seq() == 0) {
        continue;
      }
      assertThat(seen.add(row.seq())).as("event %s is published once", row.seq()).isTrue();
      List<String> derived = derivedFrom.getOrDefault(row.id(), List.of());
      switch (row.event()) {
        case "PreToolUse" -> assertThat(derived).containsExactly("delegation_started");
        case "PostToolUse" -> {
          boolean first = ended.add(row.data().get("tool_use_id").asText());
          assertThat(derived).isEqualTo(first ? List.of("delegation_ended") : List.of());
        }
        default -> assertThat(derived).isEmpty();
      }
    }
    assertThat(log.number("SELECT count(*) FROM published WHERE type = 1 AND cause IS NULL"))
        .isZero();
  }

  /** The state of the extension was written in the same transactions. */
  private static void assertStateIsWhatIsOpen(LogFile log) {
    var open = new HashSet<String>();
    for (LogFile.Row row : log.published()) {
      if (row.event().equals("delegation_started")) {
        open.add(row.data().get("tool_use_id").asText());
      } else if (row.event().equals("delegation_ended")) {
        open.remove(row.data().get("tool_use_id").asText());
      }
    }
    List<String> kept = log.texts("SELECT value FROM state WHERE map = 'delegations/active'");
    assertThat(kept).hasSize(open.size());
    open.forEach(id -> assertThat(kept).anyMatch(value -> value.contains(id)));
  }

  /**
   * Delegates in one session, one event after the other, as agents do. It knows what was answered,
   * and does not know what became of an event whose answer never came.
   */
  private static final class Agent {
    final String session;
    final Set<Integer> answered = new HashSet<>();
    final Set<Integer> sent = new HashSet<>();

    /** Delegations whose beginning and end were answered. */
    final Set<String> paired = new HashSet<>();

    /** Delegations that were open when the server was killed. */
    final Set<String> interrupted = new HashSet<>();

    private final int port;
    private int marker;
    private int delegation;
    private String toReturn;
    private Thread thread;
    private volatile boolean working;
    private volatile AssertionError wrong;

    Agent(int port, String session) {
      this.port = port;
      this.session = session;
    }

    void startWork() {
      working = true;
      thread = Thread.ofPlatform().name(session).start(this::work);
    }

    void stopWork() throws InterruptedException {
      working = false;
      thread.join();
      if (toReturn != null) {
        interrupted.add(toReturn);
      }
      if (wrong != null) {
        throw wrong;
      }
    }

    private void work() {
      while (working) {
        try (var connection = HttpConnection.to(port)) {
          while (working) {
            delegate(connection);
          }
        } catch (IOException e) {
          // The server is down: the agent goes on with its next event.
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        } catch (AssertionError e) {
          wrong = e;
          return;
        }
      }
    }

    /** Returns from what is still open. */
    void finish() throws IOException {
      try (var connection = HttpConnection.to(port)) {
        if (toReturn != null) {
          endDelegation(connection);
        }
        delegate(connection);
      }
    }

    private void delegate(HttpConnection connection) throws IOException {
      if (toReturn == null) {
        String id = session + "-call-" + delegation++;
        post(connection, "PreToolUse", id);
        toReturn = id;
      }
      post(connection, "Notification", "none");
      endDelegation(connection);
    }

    /** Tried until it is answered: the end may come twice and counts once. */
    private void endDelegation(HttpConnection connection) throws IOException {
      post(connection, "PostToolUse", toReturn);
      paired.add(toReturn);
      toReturn = null;
    }

    private void post(HttpConnection connection, String event, String toolUseId)
        throws IOException {
      int own = marker++;
      sent.add(own);
      String tool =
          event.equals("Notification")
              ? ""
              : """
              , "tool_name": "Agent", "tool_use_id": "%1$s", "tool_input": {"subagent_type": "Explore",
              "description": "look for %1$s", "prompt": "look around for %1$s"}\
              """
                  .formatted(toolUseId);
      String returned =
          event.equals("PostToolUse")
              ? """
              , "tool_response": {"status": "completed", "agentId": "a"}\
              """
              : "";
      String body =
          """
          {"hook_event_name": "%s", "session_id": "%s", "marker": %d%s%s}\
          """
              .formatted(event, session, own, tool, returned);
      HttpConnection.Answer answer = connection.post("/hooks/claude-code", body);
      assertThat(answer.status()).isEqualTo(200);
      answered.add(own);
    }
  }
}
