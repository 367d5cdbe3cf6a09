package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.BareClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What those do who talk to the server. */
final class ClientFaults {

  private static final int AT_A_TIME = 10;

  /** Who reads nothing for 60 s is closed: before that, events have to go by. */
  private static final Duration SOON = Duration.ofSeconds(60);

  private ClientFaults() {}

  /** Clients of the hub that read nothing until events go by them, and others that come and go. */
  static Fault stalledAndVanishing(int stalled, int vanishing) {
    return new DoneFault(
        "hub-clients-stall-and-vanish",
        stalled + " clients of the hub read nothing, and " + vanishing + " come and go",
        scene -> {
          Access access = scene.server().access();
          long before = dropped(access);
          List<BareClient> clients = new ArrayList<>();
          try {
            for (int i = 0; i < stalled; i++) {
              clients.add(BareClient.join(access.port(), access.auth("\"history\":50")));
            }
            comeAndGo(access, vanishing);
            Waiting.until(
                SOON, "events go by a client that does not read", () -> dropped(access) > before);
            scene.log("%,d events went by them".formatted(dropped(access) - before));
          } finally {
            scene.lifted();
            for (BareClient each : clients) {
              each.close();
            }
          }
        });
  }

  private static long dropped(Access access) throws IOException {
    return History.status(access).at("/hub/dropped").asLong();
  }

  private static void comeAndGo(Access access, int times) throws Exception {
    var left = new AtomicInteger(times);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var comers = new ArrayList<Future<?>>();
      for (int i = 0; i < AT_A_TIME; i++) {
        comers.add(
            threads.submit(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    comeAndGo(access);
                  }
                  return null;
                }));
      }
      for (Future<?> each : comers) {
        each.get();
      }
    }
  }

  private static void comeAndGo(Access access) throws IOException {
    try (BareClient client = BareClient.join(access.port(), access.auth("\"history\":5"))) {
      String _ = client.read();
      String _ = client.read();
    }
  }

  /** Bodies that are none, too deep, too large, broken off or never sent, beside normal load. */
  static Fault hostile(Duration time) {
    return new DoneFault(
        "hostile-intake",
        "for "
            + time.toSeconds()
            + " s strangers post what is no event: broken, too deep, too large, cut off, or never"
            + " sent to its end",
        scene -> {
          long requests = new HostileClients(scene.server().access()).attack(time);
          scene.lifted(); // the last of them has gone
          scene.log(requests + " such requests");
        });
  }
}
