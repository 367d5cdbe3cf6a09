package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.Ports;
import dev.evenkeel.testbed.SocketIoServer;
import java.time.Duration;
import java.util.List;

/** What a target does to us. */
final class TargetFaults {

  private static final Duration SOON = Duration.ofSeconds(60);

  private static final long UNDER_WAY = (long) TargetArrivals.CONNECTIONS * TargetArrivals.WINDOW;

  /** As Socket.IO servers have them when nobody sets anything. */
  static final List<String> USUAL_PINGS =
      List.of("--ping-interval", "25000", "--ping-timeout", "20000");

  private TargetFaults() {}

  /** Killed and started again, so many times, while events arrive. */
  static Fault killed(int times) {
    return new DoneFault(
        "target-killed",
        "the target is killed (SIGKILL) and started again, " + times + " times",
        scene -> {
          for (int i = 0; i < times; i++) {
            if (i > 0) {
              awaitReceived(scene.target(), 1);
              scene.awaitAccepted(60);
              awaitReceived(scene.target(), 60); // also while agents are held, who send nothing
            }
            scene.target().kill();
            scene.awaitAccepted(20);
            scene.lifted();
            scene.target().start();
          }
        });
  }

  private static void awaitReceived(SocketIoServer target, int events) throws Exception {
    Waiting.until(
        SOON, "the target receives again", () -> target.state().get("received").asInt() >= events);
  }

  private static void awaitJoined(SocketIoServer target) throws Exception {
    Waiting.until(
        SOON, "the target is joined again", () -> target.state().get("joined").asInt() > 0);
  }

  /** Stopped as it stands, with its connections open, for so long. */
  static Fault paused(Duration time) {
    return new PreparedDeed(
        "target-paused",
        "the target is stopped as it stands (SIGSTOP) for " + time.toSeconds() + " s",
        USUAL_PINGS,
        stage -> {},
        scene -> {
          scene.target().pause();
          try {
            fallBehind(scene, time);
          } finally {
            scene.lifted();
            scene.target().resume();
          }
        });
  }

  /** Closes its connections in good order, and then itself, so many times. */
  static Fault closesGracefully(int times) {
    return new DoneFault(
        "target-closes",
        "the target closes all connections in good order, and then itself, " + times + " times",
        scene -> {
          for (int i = 0; i < times; i++) {
            if (i > 0) {
              awaitJoined(scene.target());
              scene.awaitAccepted(60);
            }
            scene.target().command("/disconnect");
            scene.awaitAccepted(60);
            awaitJoined(scene.target());
            scene.target().stopListening();
            scene.awaitAccepted(20);
            scene.lifted();
            scene.target().listen();
          }
        });
  }

  /** Takes events and acknowledges none, for so long. */
  static Fault neverAcknowledges(Duration time) {
    return new DoneFault(
        "target-never-acknowledges",
        "the target takes events and acknowledges none for " + time.toSeconds() + " s",
        scene -> {
          scene.target().neverAcknowledge();
          try {
            fallBehind(scene, time);
          } finally {
            scene.lifted();
            scene.target().acknowledgeAfter(0);
          }
        });
  }

  /** Reads slower than events come, for so long. */
  static Fault readsSlowly(Duration time) {
    return new PreparedDeed(
        "target-reads-slowly",
        "the target reads a piece of each connection (at most 64 KB), then nothing for 2 s, for "
            + time.toSeconds()
            + " s",
        USUAL_PINGS,
        stage -> {},
        scene -> {
          scene.target().readEvery(2_000);
          try {
            fallBehind(scene, time);
          } finally {
            scene.lifted();
            scene.target().readEvery(0);
          }
        });
  }

  /**
   * Waits until more events wait for the target than may be under way to it, and then so long.
   *
   * @throws IllegalStateException when it does not fall behind: what was done had no effect
   */
  private static void fallBehind(Scene scene, Duration time) throws Exception {
    fallBehind(scene, scene.target().name(), time);
  }

  /** The same for one target of several. */
  static void fallBehind(Scene scene, String target, Duration time) throws Exception {
    Waiting.until(
        SOON,
        "more than " + UNDER_WAY + " events wait for the target",
        () -> pending(scene, target) > UNDER_WAY);
    Waiting.lasting(time);
    scene.log("%,d events waited for the target in the end".formatted(pending(scene, target)));
  }

  private static long pending(Scene scene, String target) throws Exception {
    String place = "/targets/" + target + "/pending";
    return History.status(scene.server().access()).at(place).asLong();
  }

  /** Something that is no Socket.IO server listens in its place. */
  static Fault answersGarbage(Duration time) {
    return new DoneFault(
        "target-answers-garbage",
        "the target cuts all connections, and for "
            + time.toSeconds()
            + " s answers what no Socket.IO server would, each time something else",
        scene -> {
          scene.target().answer(SocketIoServer.Answers.GARBAGE);
          scene.target().drop();
          Waiting.lasting(time);
          endMisleading(scene);
        });
  }

  private static void endMisleading(Scene scene) throws Exception {
    long misled = scene.target().state().get("misled").asLong();
    scene.lifted();
    scene.target().answer(SocketIoServer.Answers.NORMAL);
    scene.target().drop();
    scene.log(misled + " such answers");
    if (misled == 0) {
      throw new IllegalStateException("nobody asked the target meanwhile");
    }
  }

  /** Sends everybody elsewhere, where nobody may go: with the events the token would go, too. */
  static Fault redirects(Duration time) {
    return new DoneFault(
        "target-redirects",
        "the target cuts all connections, and for "
            + time.toSeconds()
            + " s redirects (301, 302, 303, 307, 308) to another Socket.IO server, where nobody may"
            + " go",
        true, // a container does not reach that other server
        scene -> {
          SocketIoServer target = scene.target();
          try (SocketIoServer elsewhere = SocketIoServer.process()) {
            target.mode(
                "{\"location\":\"%s/socket.io/?EIO=4&transport=websocket\"}"
                    .formatted(elsewhere.url()));
            target.answer(SocketIoServer.Answers.REDIRECT);
            target.drop();
            Waiting.lasting(time);
            long followed = elsewhere.state().get("everJoined").asLong();
            if (followed > 0) {
              throw new IllegalStateException("a redirect was followed " + followed + " times");
            }
          }
          endMisleading(scene);
        });
  }

  /** Takes our token no longer, until it does again. */
  static Fault refusesTheToken(Duration time) {
    return new PreparedDeed(
        "target-refuses-the-token",
        "the target ends all connections and takes our token no longer for "
            + time.toMillis() / 1e3
            + " s",
        List.of(),
        stage -> {
          stage.server().with("EVENKEEL_TARGETS_T1_TOKEN", "right");
          stage.target().requireToken("right");
        },
        scene -> {
          scene.target().requireToken("changed");
          scene.target().command("/disconnect");
          Waiting.until(
              SOON,
              "a connection is refused",
              () -> scene.target().state().get("refused").asInt() > 0);
          Waiting.until(
              SOON,
              "the status says why",
              () -> lastError(scene, "t1").contains("refused by the server: unauthorized"));
          Waiting.lasting(time);
          scene.lifted();
          scene.target().requireToken("right");
        });
  }

  /** The address is wrong, first a port where nobody listens, then one of another server. */
  static Fault wrongPort() {
    return new PreparedDeed(
        "target-at-the-wrong-port",
        "the server is restarted with a port where nobody listens, then with that of another HTTP"
            + " server, then with the right one",
        List.of(),
        stage -> {},
        scene -> {
          String right = scene.target().bridgeUrl();
          restartWith(scene, "http://127.0.0.1:" + Ports.free(), "refused");
          restartWith(scene, "http://127.0.0.1:" + scene.target().controlPort(), "answered 404");
          scene.server().stop();
          scene.lifted();
          scene.server().with(Stage.urlOf(scene.target()), right).start();
        });
  }

  private static void restartWith(Scene scene, String url, String said) throws Exception {
    scene.server().stop();
    scene.server().with(Stage.urlOf(scene.target()), url).start();
    scene.awaitAccepted(300);
    Waiting.until(
        SOON,
        "the status says what is wrong",
        () -> !lastError(scene, "t1").isEmpty() && lastError(scene, "t1").contains(said));
    scene.log("the status said: " + lastError(scene, "t1"));
  }

  /** One of three is dead from before the start until the others have everything. */
  static Fault oneOfThreeDead(int events) {
    return new PreparedFault() {
      @Override
      public String name() {
        return "target-dead";
      }

      @Override
      public String what() {
        return "one of three targets is dead for the whole run, and started at its end";
      }

      @Override
      public int targets() {
        return 3;
      }

      @Override
      public void prepare(Stage stage) throws Exception {
        SocketIoServer dead = stage.targets().getLast();
        dead.kill();
        stage.excuse(dead);
      }

      @Override
      public void happen(Scene scene) throws Exception {
        scene.awaitAccepted(events);
        scene.awaitLevel();
        SocketIoServer dead = scene.targets().getLast();
        if (scene instanceof Stage stage) {
          stage.excuseNoLonger(dead);
        }
        scene.lifted();
        dead.start();
      }
    };
  }

  /** A line that carries nothing any more, in either direction, and tells nobody. */
  static Fault cutOff(Duration time, List<String> pings) {
    return new CutOff(time, pings);
  }

  private static String lastError(Scene scene, String target) throws Exception {
    return History.status(scene.server().access())
        .at("/targets/" + target + "/lastError")
        .asText("");
  }
}
