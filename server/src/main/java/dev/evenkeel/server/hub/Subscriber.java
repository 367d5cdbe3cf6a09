package dev.evenkeel.server.hub;

import dev.evenkeel.server.hub.Readings.Arrival;
import dev.evenkeel.server.hub.Readings.Purpose;
import dev.evenkeel.server.hub.socketio.Client;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import dev.evenkeel.server.log.PublishedEvents;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * One client's place in the published events. It is sent what follows its place: from the window
 * while it keeps up, from the log while it is further back. So there is no gap and nothing comes
 * twice, however it gets there.
 *
 * <p>It is sent only as much as it reads. When it has not read for longer than the hub's patience,
 * what leaves the window meanwhile is passed over, and it is told how many events it missed.
 */
final class Subscriber {

  private static final int MOST_AT_ONCE = 64;
  private static final int TURNS = 8;

  /** More histories than this are not waited for. */
  private static final int MOST_ASKED = 4;

  private enum Phase {
    /** It has not been sent its history yet. */
    JOINING,
    /** What follows its place has to be read from the log. */
    BEHIND,
    /** What follows its place stands in the window. */
    LIVE,
    /** It is gone. */
    LEFT
  }

  /**
   * What all clients share.
   *
   * @param events where the newest place is found
   * @param nanos the time that passes, in nanoseconds
   */
  record Shared(
      LiveWindow window,
      PublishedEvents events,
      PastReader reader,
      ClientMemory memory,
      HubCounters counters,
      Duration patience,
      LongSupplier nanos) {}

  private final Client client;
  private final Inbox.Line line;
  private final Shared hub;
  private final int history;
  private final Outbox outbox;
  private final SendQueue queue;
  private final Readings readings;
  private final SkippedEvents skipped;

  // Mutable state; any thread
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicBoolean dismissed = new AtomicBoolean();

  // Mutable state, owned by the client's event loop; what is volatile is seen by others
  private volatile Phase phase;
  private volatile boolean reads = true;
  private volatile boolean wantsAnotherTry;
  private volatile boolean lacksMemory;
  private ClientFilter filter;
  private long place;
  private final Deque<HistoryRequest> askedHistories = new ArrayDeque<>();
  private boolean running;
  private boolean runAgain;

  /**
   * @param seam the newest event's id: history ends with it
   * @param line where the events go in that it sends
   */
  Subscriber(Client client, Wishes wishes, long seam, Inbox.Line line, Shared hub) {
    Long after = wishes.after();
    this.client = client;
    this.line = line;
    this.hub = hub;
    this.history = wishes.history();
    this.filter = wishes.filter();
    this.phase = after == null ? Phase.JOINING : Phase.BEHIND;
    this.place = after == null ? seam : after;
    this.outbox = new Outbox(client, hub.memory(), hub.nanos().getAsLong());
    this.queue = new SendQueue(hub.memory());
    this.readings = new Readings(hub.reader(), hub.memory(), () -> client.execute(this::run));
    this.skipped = new SkippedEvents(hub.window(), hub.patience(), hub.counters().dropped);
  }

  /** Begins. On the client's event loop, like all that follows unless it says otherwise. */
  void start(OutgoingEvent welcome) {
    client.onDrained(this::run);
    var _ = say(welcome);
  }

  /** Sends a message before the next event. Returns false when too many wait already. */
  boolean say(OutgoingEvent message) {
    if (!queue.hasRoomAside()) {
      return false;
    }
    queue.add(Queued.aside(message, 0));
    run();
    return true;
  }

  /** Where the events go in that it sends. */
  Inbox.Line line() {
    return line;
  }

  /** From its place on it gets other events. */
  void filter(ClientFilter wanted) {
    filter = wanted;
    queue.forgetPage();
    run();
  }

  /**
   * Sends the last events once more, when what is under way is sent. Returns false when too many
   * such requests wait already.
   */
  boolean sendHistory(HistoryRequest request) {
    if (askedHistories.size() >= MOST_ASKED) {
      return false;
    }
    askedHistories.addLast(request);
    run();
    return true;
  }

  /** How many bytes wait that the client asked for and does not read. */
  long surplus() {
    return outbox.surplus();
  }

  /** There is news. Any thread. */
  void wake() {
    if (phase == Phase.LIVE && reads) {
      schedule();
    }
  }

  /** Tries again what could not be done for want of memory, or of a readable log. Any thread. */
  void retry() {
    if (wantsAnotherTry) {
      schedule();
    }
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      client.execute(this::run);
    }
  }

  /** Whether it waits for memory. Any thread. */
  boolean lacksMemory() {
    return lacksMemory;
  }

  /** Sends a message to whoever is not behind with reading others. Any thread. */
  void tell(OutgoingEvent message) {
    client.execute(
        () -> {
          var _ = say(message);
        });
  }

  /** An item leaves the window. On the fan-out's thread. */
  void passOver(LiveWindow.Item item, long now) {
    skipped.passOver(item, now);
  }

  /**
   * Since when it has read nothing although there was something to read, or now. On the patrol's
   * thread.
   */
  long unreadSince(long now) {
    return outbox.unreadSince(now);
  }

  /** Since when nothing of what the client holds has been given back. On the patrol's thread. */
  long heldSince(long now) {
    return outbox.heldSince(now);
  }

  /** Closes its connection. Returns false when that was done before. Any thread. */
  boolean dismiss(String reason) {
    if (!dismissed.compareAndSet(false, true)) {
      return false;
    }
    client.disconnect(reason);
    return true;
  }

  /** It is gone: nothing is kept. */
  void leave() {
    phase = Phase.LEFT;
    readings.leave();
    queue.clear();
    outbox.close();
    var _ = skipped.end();
  }

  /** Sends what it can. Handing over may report at once that the client has read: then again. */
  private void run() {
    scheduled.set(false);
    if (running) {
      runAgain = true;
      return;
    }
    running = true;
    try {
      do {
        runAgain = false;
        goOn();
      } while (runAgain);
    } finally {
      running = false;
    }
  }

  private void goOn() {
    if (phase == Phase.LEFT) {
      return;
    }
    reads = true;
    wantsAnotherTry = false;
    lacksMemory = false;
    for (Arrival each = readings.next(); each != null; each = readings.next()) {
      take(each);
    }
    if (sendQueue() && !wantsAnotherTry) {
      readAskedHistory();
      switch (phase) {
        case JOINING -> readFirstHistory();
        case BEHIND -> readOn();
        case LIVE -> sendLive();
        case LEFT -> {}
      }
    }
    outbox.settle();
  }

  private void take(Arrival arrival) {
    if (arrival.isLater()) {
      wantsAnotherTry = true;
      lacksMemory |= arrival.lackedMemory();
      return;
    }
    switch (arrival.purpose()) {
      case FIRST_HISTORY -> phase = Phase.BEHIND;
      case ASKED_HISTORY -> askedHistories.removeFirst();
      case PAGE -> {
        if (!arrival.filter().equals(filter)) {
          readings.forget(arrival);
          return;
        }
      }
    }
    for (Queued item : arrival.items()) {
      // Who asks once more was told before, or it came to it alone.
      if (arrival.purpose() != Purpose.ASKED_HISTORY || item.missed() == 0) {
        queue.add(item);
      }
    }
  }

  private void readFirstHistory() {
    readings.readHistory(
        Purpose.FIRST_HISTORY,
        place,
        filter,
        new HistoryRequest(history, EventTypes.ALL),
        List.of(Messages.HISTORY, Messages.EVENT_HISTORY));
  }

  private void readAskedHistory() {
    HistoryRequest asked = askedHistories.peekFirst();
    if (asked != null && phase != Phase.JOINING) {
      readings.readHistory(
          Purpose.ASKED_HISTORY, hub.events().newest(), filter, asked, List.of(Messages.HISTORY));
    }
  }

  /** Returns whether all of it is sent. */
  private boolean sendQueue() {
    for (Queued next = queue.first(); next != null; next = queue.first()) {
      OutgoingEvent event = next.event();
      if (event != null && !send(event, next.reserved())) {
        return false;
      }
      queue.removeFirst();
      hub.counters().delivered.add(next.events());
      hub.counters().missed.add(next.missed());
      if (!next.isAside()) {
        place = next.place();
      }
    }
    return true;
  }

  private boolean send(OutgoingEvent event, long reserved) {
    return switch (outbox.send(event, reserved)) {
      case YES -> true;
      case UNREAD -> {
        reads = false;
        if (phase == Phase.LIVE) {
          skipped.begin(place, filter, hub.nanos().getAsLong());
        }
        yield false;
      }
      case NO_MEMORY -> {
        wantsAnotherTry = true;
        lacksMemory = true;
        yield false;
      }
    };
  }

  private void readOn() {
    if (hub.window().reachesBackTo(place)) {
      phase = Phase.LIVE;
      sendLive();
    } else if (outbox.isLow()) {
      readings.readPage(place, filter, outbox.room());
    }
  }

  private void sendLive() {
    SkippedEvents.Missed missed = skipped.end();
    if (missed != null) {
      place = missed.upTo();
      if (missed.count() > 0) {
        queue.add(Queued.aside(Messages.missed(missed.count()), 0));
        runAgain = true;
        return;
      }
    }
    for (int turn = 0; turn < TURNS; turn++) {
      switch (hub.window().after(place, MOST_AT_ONCE)) {
        case LiveWindow.Look.MovedOn _ -> {
          phase = Phase.BEHIND;
          readOn();
          return;
        }
        case LiveWindow.Look.Items look -> {
          if (look.items().isEmpty() || !sendAll(look.items())) {
            return;
          }
        }
      }
    }
    // Others on this event loop come first.
    schedule();
  }

  private boolean sendAll(List<LiveWindow.Item> items) {
    for (LiveWindow.Item item : items) {
      boolean sent =
          switch (item) {
            case LiveWindow.Item.Event event ->
                !filter.matches(event.session(), event.name()) || sendEvent(event);
            case LiveWindow.Item.Gap gap -> sendGap(gap);
          };
      if (!sent) {
        return false;
      }
      place = item.id();
    }
    return true;
  }

  private boolean sendGap(LiveWindow.Item.Gap gap) {
    if (!send(Messages.missed(gap.count()), 0)) {
      return false;
    }
    hub.counters().missed.add(gap.count());
    return true;
  }

  private boolean sendEvent(LiveWindow.Item.Event event) {
    if (!send(event.encoded(), 0)) {
      return false;
    }
    hub.counters().delivered.increment();
    return true;
  }
}
