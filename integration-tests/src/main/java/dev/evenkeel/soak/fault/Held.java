package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Holdings;
import dev.evenkeel.soak.Jcmd;
import dev.evenkeel.soak.Limits;
import dev.evenkeel.soak.ServerProbe;
import dev.evenkeel.testbed.EvenkeelProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server holds while no event is under way.
 *
 * @param liveBytes objects that are reachable, counted after a full collection
 * @param budgetBytes what of them is in queues and tails, which have limits of their own
 */
public record Held(
    long rssBytes,
    int threads,
    int fileDescriptors,
    long liveBytes,
    long budgetBytes,
    long classes,
    long metaspaceBytes) {

  static final Held NOTHING = new Held(0, 0, 0, 0, 0, 0, 0);

  private static final double MEGABYTE = 1 << 20;

  /** What this one holds now. */
  static Held by(EvenkeelProcess server) throws IOException {
    // The process first: the questions take memory of their own
    long rss = server.rssBytes();
    // The first count makes a thread and a socket of the JVM's, which stay
    long live = Jcmd.total(new Jcmd(server.pid()).histogram());
    int threads = server.threads();
    int descriptors = server.fileDescriptors();
    Holdings holdings;
    try (var probe = new ServerProbe(server.access())) {
      holdings = Holdings.of(server, probe);
    }
    return new Held(
        rss,
        threads,
        descriptors,
        live,
        holdings.budgetBytes(),
        holdings.classes(),
        holdings.metaspaceBytes());
  }

  /**
   * What of it is more than a server may hold after a fault that held this before.
   *
   * <p>A run of a fault is too short for a slope: the steps are judged that a soak allows beside
   * its slopes. What a step is of queues that fill is no growth: it ends at their limits.
   *
   * @param connectionsToCome targets that were dead before have their connections then
   */
  List<String> exceeds(Held before, Limits limits, int connectionsToCome) {
    var broken = new ArrayList<String>();
    if (rssBytes > limits.rssBytes()) {
      broken.add(
          "the process has %.1f MB (limit %.1f)"
              .formatted(rssBytes / MEGABYTE, limits.rssBytes() / MEGABYTE));
    }
    compare("threads", before.threads, threads, limits.moreThreads(), broken);
    compare("descriptors", before.fileDescriptors, fileDescriptors, connectionsToCome, broken);
    compare(
        "bytes of reachable objects, less those in queues",
        before.unqueuedBytes(),
        unqueuedBytes(),
        Limits.LIVE_STEP,
        broken);
    compare("classes", before.classes, classes, Limits.CLASSES_STEP, broken);
    compare(
        "bytes of metaspace", before.metaspaceBytes, metaspaceBytes, Limits.METASPACE_STEP, broken);
    return broken;
  }

  private static void compare(
      String what, long before, long after, long more, List<String> broken) {
    if (after > before + more) {
      broken.add("%,d %s, then %,d (limit +%,d)".formatted(before, what, after, more));
    }
  }

  private long unqueuedBytes() {
    return liveBytes - budgetBytes;
  }
}
