package dev.evenkeel.server.hub;

import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads the log for clients that are not at its end. Each has one page and one history at a time; a
 * few readings run at the same time, the others wait their turn. Nothing is read for a client that
 * has left.
 */
final class PastReader implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PastReader.class.getName());

  private static final int AT_A_TIME = 2;
  private static final int PAGE_EVENTS = 256;

  /** A history's bytes, shared by the messages in which it is sent: all of them may wait unread. */
  private static final long MOST_HISTORY_BYTES = 1 << 20;

  /** In a small memory budget it is less, so that others leave room for it. */
  private static final int SHARE_OF_HISTORY = 16;

  /** While a history is put together its events are in memory and, joined, once more. */
  private static final int COPIES = 2;

  /** What came of a reading. */
  sealed interface Result {
    /** What the client is to be sent; the bytes are reserved. */
    record Read(List<Queued> items) implements Result {}

    /**
     * It can be tried again in a moment.
     *
     * @param forMemory whether it was for want of memory; else too many wait, or the log cannot be
     *     read
     */
    record Later(boolean forMemory) implements Result {}
  }

  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  private final PublishedEvents events;
  private final PastEvents past;
  private final ClientMemory memory;
  private final int maxClients;
  private final int historyBytes;
  private final ThreadPoolExecutor threads;

  // Mutable state; any thread. readings: those that wait and those that run
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final AtomicInteger readings = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param maxClients so many readings may wait
   */
  PastReader(PublishedEvents events, PastEvents past, ClientMemory memory, int maxClients) {
    this.events = events;
    this.past = past;
    this.memory = memory;
    this.maxClients = maxClients;
    this.historyBytes = (int) Math.min(MOST_HISTORY_BYTES, memory.capacity() / SHARE_OF_HISTORY);
    this.threads =
        new ThreadPoolExecutor(
            AT_A_TIME,
            AT_A_TIME,
            0,
            TimeUnit.SECONDS,
            waiting,
            Thread.ofVirtual().name("hub-reader-", 0).factory());
  }

  /** One client's reading. */
  private final class Reading implements Runnable {
    private final BooleanSupplier wanted;
    private final Supplier<Result> work;
    private final Consumer<Result> then;

    private Reading(BooleanSupplier wanted, Supplier<Result> work, Consumer<Result> then) {
      this.wanted = wanted;
      this.work = work;
      this.then = then;
    }

    @Override
    public void run() {
      then.accept(result());
    }

    private Result result() {
      try {
        return closed || !wanted.getAsBoolean() ? new Result.Later(false) : work.get();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "The log cannot be read for a client", e);
        return new Result.Later(false);
      } finally {
        readings.decrementAndGet();
      }
    }
  }

  /**
   * Reads on from a place.
   *
   * @param wanted whether the client is still there
   * @param then gets the result, on any thread; it has to return at once
   */
  void page(
      long after,
      ClientFilter filter,
      int maxBytes,
      BooleanSupplier wanted,
      Consumer<Result> then) {
    start(new Reading(wanted, () -> readPage(after, filter, maxBytes), then));
  }

  /**
   * Reads the last events up to a place. What is too large for a client is left out, and the first
   * item says so.
   *
   * @param names of the messages in which they are sent
   * @param wanted whether the client is still there
   * @param then gets the result, on any thread; it has to return at once
   */
  void history(
      long upTo,
      ClientFilter filter,
      HistoryRequest request,
      List<String> names,
      BooleanSupplier wanted,
      Consumer<Result> then) {
    start(new Reading(wanted, () -> readHistory(upTo, filter, request, names), then));
  }

  private void start(Reading reading) {
    if (readings.incrementAndGet() > maxClients && !forgetUnwanted()) {
      readings.decrementAndGet();
      reading.then.accept(new Result.Later(false));
      return;
    }
    try {
      threads.execute(reading);
    } catch (RejectedExecutionException e) {
      // The hub is being closed, and all its clients with it.
      readings.decrementAndGet();
    }
  }

  /** Makes room: who joins and leaves again and again takes it from nobody. */
  private boolean forgetUnwanted() {
    return waiting.removeIf(
        each -> {
          boolean forgotten = each instanceof Reading reading && !reading.wanted.getAsBoolean();
          readings.addAndGet(forgotten ? -1 : 0);
          return forgotten;
        });
  }

  private Result readPage(long after, ClientFilter filter, int maxBytes) {
    if (!memory.reserveSpare(maxBytes)) {
      return new Result.Later(true);
    }
    long reserved = maxBytes;
    try {
      PublishedEvents.Page page = events.after(after, Lanes.ALL, PAGE_EVENTS, maxBytes);
      var items = new ArrayList<Queued>();
      if (page.missed() > 0) {
        items.add(Queued.missed(page.missed(), Queued.placeOfMissed(page)));
      }
      long needed = 0;
      for (PublishedEvent event : page.events()) {
        if (filter.matches(event)) {
          Queued item = item(event);
          items.add(item);
          needed += item.reserved();
        }
      }
      if (needed > reserved && !memory.reserveSpare(needed - reserved)) {
        return new Result.Later(true);
      }
      reserved = Math.max(reserved, needed);
      memory.release(reserved - needed);
      reserved = 0;
      if (page.upTo() > after) {
        items.add(Queued.step(page.upTo()));
      }
      return items.isEmpty() ? new Result.Later(false) : new Result.Read(items);
    } finally {
      memory.release(reserved);
    }
  }

  private Queued item(PublishedEvent event) {
    if (event.size() <= memory.mostHeld()) {
      return Queued.event(Messages.event(event.json()), event.id());
    }
    // It came when evenkeel.memory-budget was larger.
    return Queued.missed(1, event.id());
  }

  private Result readHistory(
      long upTo, ClientFilter filter, HistoryRequest wanted, List<String> names) {
    long reserved = (long) COPIES * historyBytes;
    if (!memory.reserveSpare(reserved)) {
      return new Result.Later(true);
    }
    try {
      PastEvents.Last last = last(upTo, filter, wanted, names.size());
      byte[] json = Messages.historyJson(last.events(), past.count(filter, wanted.types()));
      var items = new ArrayList<Queued>();
      if (last.tooLarge() > 0) {
        items.add(Queued.missed(last.tooLarge(), Queued.ASIDE));
      }
      for (String name : names) {
        OutgoingEvent message = OutgoingEvent.ofJson(Messages.NAMESPACE, name, json);
        if (!memory.reserveSpare(message.size())) {
          items.forEach(item -> memory.release(item.reserved()));
          return new Result.Later(true);
        }
        items.add(Queued.aside(message, message.size()));
      }
      return new Result.Read(items);
    } finally {
      memory.release(reserved);
    }
  }

  private PastEvents.Last last(
      long upTo, ClientFilter filter, HistoryRequest wanted, int messages) {
    if (wanted.count() == 0) {
      return new PastEvents.Last(List.of(), 0);
    }
    var limits =
        new PastEvents.Limits(
            wanted.count(), historyBytes / messages, memory.mostHeld() / messages);
    return past.last(upTo, filter, wanted.types(), limits);
  }

  QueueState state() {
    return new QueueState("hub-readings", readings.get(), maxClients, -1, -1);
  }

  /** Ends, when what is being read is read. */
  @Override
  public void close() {
    closed = true;
    threads.shutdown();
    try {
      var _ = threads.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
