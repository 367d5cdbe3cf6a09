package dev.evenkeel.server.query;

import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.ExtensionInfo;
import dev.evenkeel.server.extension.MapState;
import dev.evenkeel.server.extension.RunningExtension.State;
import dev.evenkeel.server.guard.GuardCounters;
import dev.evenkeel.server.intake.IntakeCounters;
import dev.evenkeel.server.log.LogStatus;
import dev.evenkeel.server.watch.HubView;
import dev.evenkeel.server.watch.MemorySample;
import dev.evenkeel.server.watch.TargetView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The metrics: each reads, when it is asked, what {@code /api/status} and {@code /api/state} read,
 * so that the numbers are the same.
 */
@Singleton
public class Meters {

  private static final String PREFIX = "evenkeel.";
  private static final String OF_EXTENSION = "extension ";
  private static final int BEFORE_THE_METRICS = 100;

  /** There from the start, so that the first is seen as an increase. */
  private static final Set<String> REASONS_OF_THE_SERVER =
      Set.of("damage", "disk", "failure", "retention");

  private static final Set<State> RUNNING = EnumSet.of(State.RUNNING);
  private static final Set<State> FAILING = EnumSet.of(State.STUCK, State.PAUSED, State.FAILED);

  private final ServerStatus status;
  private final MeterRegistry registry;
  private final CallMeters calls;

  // Mutable state, guarded by this: what has meters already. Bounded, as what it names is.
  private final Set<String> known = new HashSet<>();

  @Inject
  Meters(ServerStatus status, MeterRegistry registry, CallMeters calls) {
    this.status = status;
    this.registry = registry;
    this.calls = calls;
  }

  void register(@Observes StartupEvent event) {
    counter("received", "Events that came", status -> status.intake().received());
    intake("accepted", "Events handed to the log", IntakeCounters.Sums::accepted);
    intake("merged", "Events that came a second time", IntakeCounters.Sums::merged);
    intake("rejected", "What came and was no event", IntakeCounters.Sums::rejected);
    intake(
        "shed",
        "Events passed over because memory was short, or a large body waited too long",
        IntakeCounters.Sums::shed);
    intake("withheld", "Events accepted without their payload", IntakeCounters.Sums::withheld);
    guards("judged", "Events shown to guards", GuardCounters.Sums::judged);
    guards("undelivered", "Answers of guards that no agent got", GuardCounters.Sums::undelivered);
    answers("deny", GuardCounters.Sums::denied);
    answers("ask", GuardCounters.Sums::asked);
    answers("allow", GuardCounters.Sums::allowed);
    answers("add_context", GuardCounters.Sums::contexts);
    answers("replace_input", GuardCounters.Sums::inputs);
    unanswered("failed", GuardCounters.Sums::failed);
    unanswered("late", GuardCounters.Sums::late);
    unanswered("overloaded", GuardCounters.Sums::overloaded);
    unanswered("stuck", GuardCounters.Sums::passedOver);
    log("unlogged", "Events that the disk did not take", LogStatus::unlogged);
    log("published", "Events published", LogStatus::published);
    log("removed", "Events that retention removed", LogStatus::removed);
    gauge("log.events", "Events that are kept", () -> status.log().events());
    gauge("log.bytes", "What the log takes on disk", () -> status.log().bytes());
    gauge("log.max.bytes", "What the log may take on disk", () -> status.log().maxBytes());
    gauge("log.writable", "1 when the disk takes events", () -> status.log().writable() ? 1 : 0);
    gauge("sessions", "Sessions that the log knows", status::sessions);
    gauge("uptime.seconds", "How long the server runs", () -> status.uptime().toSeconds());
    memory("rss.bytes", "Resident memory", MemorySample::rssBytes);
    memory("heap.used.bytes", "Heap in use", MemorySample::heapUsedBytes);
    memory("heap.after.gc.bytes", "Heap after collection", MemorySample::heapAfterGcBytes);
    memory("threads", "Platform threads", MemorySample::threads);
    memory("file.descriptors", "Open file descriptors", MemorySample::fileDescriptors);
    memory("connections", "Joined connections to targets", MemorySample::connections);
    gauge("hub.clients", "Clients of the hub", () -> status.receivers().hub().clients());
    hub("delivered", "Events handed over, once for each client", HubView::delivered);
    hub("dropped", "Events that went by a client that did not read", HubView::dropped);
    hub("missed", "Events that a client was told are gone, once for each client", HubView::missed);
    hub("refused", "Clients that were not let in", HubView::refused);
    hub("closed", "Clients closed because they did not read", HubView::closed);
    hub("sessions.opened", "Sessions of Engine.IO opened", hub -> hub.sessions().opened());
    gauge(
        "hub.websockets",
        "Sessions with a websocket; the others poll",
        () -> status.receivers().hub().sessions().websockets());
    gauge(
        "hub.waiting.polls",
        "Sessions with a poll that waits for its answer",
        () -> status.receivers().hub().sessions().waitingPolls());
    REASONS_OF_THE_SERVER.forEach(this::registerReason);
    registerNew();
  }

  /**
   * Reasons, maps and targets come up while the server runs: they are looked for at each scrape.
   */
  void beforeEachScrape(@Observes Filters filters) {
    filters.register(
        context -> {
          if (context.normalizedPath().equals("/q/metrics")) {
            registerNew();
          }
          context.next();
        },
        BEFORE_THE_METRICS);
  }

  private synchronized void registerNew() {
    List<ExtensionInfo> extensions = status.extensions().all();
    forgetAllBut(extensions.stream().map(ExtensionInfo::name).collect(Collectors.toSet()));
    status.log().dropped().keySet().forEach(this::registerReason);
    ServerStatus.State state = status.state();
    state.maps().forEach(this::registerMap);
    state.queues().forEach(this::registerQueue);
    status.receivers().targets().keySet().forEach(this::registerTarget);
    HubView.Sessions sessions = status.receivers().hub().sessions();
    sessions.closed().keySet().forEach(this::registerClosing);
    sessions.refused().keySet().forEach(this::registerRefusal);
    extensions.forEach(this::registerExtension);
  }

  private void registerReason(String reason) {
    if (known.add("reason " + reason)) {
      counter(
          "dropped",
          "Events accepted and not published",
          Tags.of("reason", reason),
          status -> status.log().dropped().getOrDefault(reason, 0L));
    }
  }

  private void registerClosing(String reason) {
    if (known.add("closing " + reason)) {
      counter(
          "hub.sessions.closed",
          "Sessions of Engine.IO closed",
          Tags.of("reason", reason),
          status -> status.receivers().hub().sessions().closed().getOrDefault(reason, 0L));
    }
  }

  private void registerRefusal(String kind) {
    if (known.add("refusal " + kind)) {
      counter(
          "hub.requests.refused",
          "Requests of Engine.IO refused",
          Tags.of("kind", kind),
          status -> status.receivers().hub().sessions().refused().getOrDefault(kind, 0L));
    }
  }

  private void registerMap(MapState map) {
    if (!known.add("map " + map.extension() + ' ' + map.name())) {
      return;
    }
    Tags tags = Tags.of("extension", map.extension(), "map", map.name());
    Function<ToDoubleFunction<MapState>, Double> of =
        read ->
            status.state().maps().stream()
                .filter(each -> each.extension().equals(map.extension()))
                .filter(each -> each.name().equals(map.name()))
                .mapToDouble(read)
                .sum();
    gauge("map.size", "Entries of a map", tags, () -> of.apply(MapState::size));
    gauge("map.capacity", "The most entries of a map", tags, () -> of.apply(MapState::capacity));
    counter(
        "map.evicted.by.age",
        "Entries that age took",
        tags,
        status -> of.apply(MapState::evictedByAge));
    counter(
        "map.evicted.by.capacity",
        "Entries that capacity took",
        tags,
        status -> of.apply(MapState::evictedByCapacity));
  }

  private void registerQueue(QueueState queue) {
    if (!known.add("queue " + queue.name())) {
      return;
    }
    queue("size", "Entries of a queue", queue.name(), queue.size(), QueueState::size);
    queue("capacity", "The most entries", queue.name(), queue.capacity(), QueueState::capacity);
    queue("bytes", "Bytes of a queue", queue.name(), queue.bytes(), QueueState::bytes);
    queue(
        "capacity.bytes",
        "The most bytes",
        queue.name(),
        queue.capacityBytes(),
        QueueState::capacityBytes);
  }

  /** What a queue does not have is -1, and gets no meter. */
  private void queue(
      String name, String help, String queue, long now, ToDoubleFunction<QueueState> read) {
    if (now >= 0) {
      gauge(
          "queue." + name,
          help,
          Tags.of("queue", queue),
          () ->
              status.state().queues().stream()
                  .filter(each -> each.name().equals(queue))
                  .mapToDouble(read)
                  .sum());
    }
  }

  private void registerTarget(String target) {
    if (!known.add("target " + target)) {
      return;
    }
    Tags tags = Tags.of("target", target);
    gauge("target.connections", "Joined", tags, () -> of(target, TargetView::connections));
    gauge(
        "target.max.connections",
        "The most that may be joined",
        tags,
        () -> of(target, TargetView::maxConnections));
    gauge("target.pending", "Still to be delivered", tags, () -> of(target, TargetView::pending));
    target("delivered", "Events delivered", target, TargetView::delivered);
    target("redelivered", "Events sent once more", target, TargetView::redelivered);
    target("undeliverable", "Events passed over", target, TargetView::undeliverable);
    target("missed", "Events gone before delivery", target, TargetView::missed);
    target("stubbed", "Events too large, sent without data", target, TargetView::stubbed);
  }

  private void target(String name, String help, String target, ToDoubleFunction<TargetView> read) {
    counter("target." + name, help, Tags.of("target", target), status -> of(target, read));
  }

  private double of(String target, ToDoubleFunction<TargetView> read) {
    TargetView view = status.receivers().targets().get(target);
    return view == null ? 0 : read.applyAsDouble(view);
  }

  private void forgetAllBut(Set<String> names) {
    List<String> gone =
        known.stream()
            .filter(each -> each.startsWith(OF_EXTENSION))
            .map(each -> each.substring(OF_EXTENSION.length()))
            .filter(each -> !names.contains(each))
            .toList();
    for (String name : gone) {
      known.removeIf(
          each -> each.equals(OF_EXTENSION + name) || each.startsWith("map " + name + ' '));
      calls.forget(name);
    }
  }

  private void registerExtension(ExtensionInfo extension) {
    if (!known.add(OF_EXTENSION + extension.name())) {
      return;
    }
    extension("calls", "Calls", extension.name(), ExtensionInfo::calls);
    extension("failures", "Failed calls", extension.name(), ExtensionInfo::failures);
    extension(
        "passed.over",
        "Events that went by a stuck or paused extension",
        extension.name(),
        ExtensionInfo::passedOver);
    extension(
        "suppressed.lines",
        "Lines that an extension wrote too fast",
        extension.name(),
        ExtensionInfo::suppressedLines);
    Tags tags = Tags.of("extension", extension.name());
    gauge(
        "extension.running",
        "1 while an extension is neither stuck nor off",
        tags,
        () -> isOneOf(RUNNING, extension.name()) ? 1 : 0);
    gauge(
        "extension.failing",
        "1 while an extension is stuck, paused after failures, or could not start",
        tags,
        () -> isOneOf(FAILING, extension.name()) ? 1 : 0);
  }

  private boolean isOneOf(Set<State> states, String extension) {
    return status.extensions().all().stream()
        .anyMatch(each -> each.name().equals(extension) && states.contains(each.state()));
  }

  private void extension(
      String name, String help, String extension, ToDoubleFunction<ExtensionInfo> of) {
    counter(
        "extension." + name,
        help,
        Tags.of("extension", extension),
        status ->
            status.extensions().all().stream()
                .filter(each -> each.name().equals(extension))
                .mapToDouble(of)
                .sum());
  }

  private void intake(String name, String help, ToDoubleFunction<IntakeCounters.Sums> read) {
    counter(name, help, status -> read.applyAsDouble(status.intake()));
  }

  private void guards(String name, String help, ToDoubleFunction<GuardCounters.Sums> read) {
    counter("guard." + name, help, status -> read.applyAsDouble(status.guards()));
  }

  private void answers(String answer, ToDoubleFunction<GuardCounters.Sums> read) {
    counter(
        "guard.answers",
        "Answers of guards that reached an agent",
        Tags.of("answer", answer),
        status -> read.applyAsDouble(status.guards()));
  }

  private void unanswered(String reason, ToDoubleFunction<GuardCounters.Sums> read) {
    counter(
        "guard.unanswered",
        "Calls of guards without an answer",
        Tags.of("reason", reason),
        status -> read.applyAsDouble(status.guards()));
  }

  private void log(String name, String help, ToDoubleFunction<LogStatus> read) {
    counter(name, help, status -> read.applyAsDouble(status.log()));
  }

  private void hub(String name, String help, ToDoubleFunction<HubView> read) {
    counter("hub." + name, help, status -> read.applyAsDouble(status.receivers().hub()));
  }

  private void memory(String name, String help, ToDoubleFunction<MemorySample> read) {
    gauge("memory." + name, help, () -> read.applyAsDouble(status.watch().current()));
  }

  private void counter(String name, String help, ToDoubleFunction<ServerStatus> read) {
    counter(name, help, Tags.empty(), read);
  }

  private void counter(String name, String help, Tags tags, ToDoubleFunction<ServerStatus> read) {
    FunctionCounter.builder(PREFIX + name, status, read)
        .description(help)
        .tags(tags)
        .register(registry);
  }

  private void gauge(String name, String help, Supplier<Number> read) {
    gauge(name, help, Tags.empty(), read);
  }

  private void gauge(String name, String help, Tags tags, Supplier<Number> read) {
    Gauge.builder(PREFIX + name, read).description(help).tags(tags).register(registry);
  }
}
