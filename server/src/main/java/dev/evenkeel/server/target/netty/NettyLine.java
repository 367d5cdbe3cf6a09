package dev.evenkeel.server.target.netty;

import dev.evenkeel.server.target.Network;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket. Messages wait in a queue, from which the event loop takes as many as the network
 * takes: it is woken once for all that came since it looked last.
 */
final class NettyLine extends ChannelInboundHandlerAdapter
    implements Network.Line, FrameReader.Reading {

  /** What is given to the network at once, in bytes. */
  private static final int BUFFER = 32 << 10;

  private static final int SMALLEST_BUFFER = 1 << 10;

  /** So many buffers are written before others on the loop have their turn. */
  private static final int BUFFERS = 16;

  /** A target that takes nothing must not make us keep more than that. */
  private static final int MOST_MESSAGES = 1 << 16;

  /** How often it looks whether something takes too long. */
  private static final Duration WATCHING = Duration.ofMillis(500);

  private static final byte[] NORMAL_CLOSE = {1000 >> 8, (byte) 1000};

  private final EventLoop loop;
  private final Duration longest;
  private final Network.Listener listener;
  private final Queue<Frames.Message> queue = new ConcurrentLinkedQueue<>();
  private final Frames frames = new Frames(queue);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicInteger queuedMessages = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();

  // Mutable state, written by the loop
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile @Nullable Channel channel;
  private volatile long silence = Long.MAX_VALUE;
  private boolean open;
  private boolean writing;
  private long begun;
  private long lastWritten;
  private long lastHeard;
  private @Nullable Future<?> watch;

  /**
   * @param longest how long the answer to the request may take once the connection stands, and how
   *     long a message may wait while the network takes nothing
   */
  NettyLine(EventLoop loop, Duration longest, Network.Listener listener) {
    this.loop = loop;
    this.longest = longest;
    this.listener = listener;
  }

  boolean isEnded() {
    return ended;
  }

  /** What it runs on from now on, before it is connected. On the loop. */
  void runsOn(Channel made) {
    channel = made;
    if (ended) {
      hangUp();
    }
  }

  /** The connection stands, and is asked to become a WebSocket. On the loop. */
  void connected() {
    begun = System.nanoTime();
    lastWritten = begun;
    lastHeard = begun;
    long often = Math.min(WATCHING.toNanos(), longest.dividedBy(4).toNanos());
    watch = loop.scheduleWithFixedDelay(this::watch, often, often, TimeUnit.NANOSECONDS);
  }

  /** The WebSocket is open. On the loop. */
  void opened() {
    open = true;
    listener.opened(this);
    write();
  }

  // To the network

  @Override
  public boolean send(byte[]... parts) {
    return !closing && enqueue(new Frames.Message(Frames.TEXT, parts));
  }

  @Override
  public void close() {
    var goodbye = new Frames.Message(Frames.CLOSE, NORMAL_CLOSE);
    execute(
        () -> {
          if (!closing) {
            closing = true;
            enqueue(goodbye);
          }
        });
  }

  private boolean enqueue(Frames.Message message) {
    if (ended) {
      return false;
    }
    if (queuedMessages.incrementAndGet() > MOST_MESSAGES) {
      execute(() -> fail(new IOException("more than " + MOST_MESSAGES + " messages wait")));
      return false;
    }
    queuedBytes.addAndGet(message.size);
    queue.add(message);
    if (!woken.get() && woken.compareAndSet(false, true)) {
      return execute(this::write);
    }
    return true;
  }

  /** Returns false when the loop is shut down. */
  private boolean execute(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  @Override
  public long queuedBytes() {
    return queuedBytes.get();
  }

  private void write() {
    woken.set(false);
    Channel to = channel;
    if (writing || ended || !open || to == null) {
      return;
    }
    writing = true;
    try {
      int left = BUFFERS;
      while (to.isWritable() && !frames.isEmpty() && left > 0) {
        while (to.isWritable() && !frames.isEmpty() && left > 0) {
          writeOne(to);
          left--;
        }
        to.flush();
      }
    } finally {
      writing = false;
    }
    if (to.isWritable() && !frames.isEmpty() && woken.compareAndSet(false, true)) {
      execute(this::write);
    }
  }

  private void writeOne(Channel to) {
    int wanted = Math.clamp(queuedBytes.get() + Frames.MOST_HEAD, SMALLEST_BUFFER, BUFFER);
    ByteBuf buffer = to.alloc().directBuffer(wanted, BUFFER);
    long taken;
    try {
      taken = frames.writeTo(buffer);
    } catch (RuntimeException | Error e) {
      buffer.release();
      throw e;
    }
    int messages = frames.ended();
    to.write(buffer)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                lastWritten = System.nanoTime();
                queuedBytes.addAndGet(-taken);
                queuedMessages.addAndGet(-messages);
              } else {
                fail(written.cause());
              }
            });
  }

  @Override
  public void expect(Duration longestSilence) {
    silence = longestSilence.toNanos();
  }

  /** Fails when something takes too long. */
  private void watch() {
    long now = System.nanoTime();
    if (queuedMessages.get() == 0) {
      lastWritten = now;
    }
    if (!open && now - begun >= longest.toNanos()) {
      fail(new SocketTimeoutException("no WebSocket within " + longest.toMillis() + " ms"));
    } else if (now - lastWritten >= longest.toNanos()) {
      fail(new SocketTimeoutException("nothing taken for " + longest.toMillis() + " ms"));
    } else if (now - lastHeard >= silence) {
      long millis = TimeUnit.NANOSECONDS.toMillis(silence);
      fail(new SocketTimeoutException("nothing heard for " + millis + " ms"));
    } else {
      listener.timePassed();
    }
  }

  // From the network

  @Override
  public void text(ByteBuffer beginning) {
    if (!ended) {
      listener.received(this, beginning);
    }
  }

  @Override
  public void binary() {
    if (!ended) {
      listener.receivedBinary();
    }
  }

  @Override
  public void ping(byte[] data) {
    enqueue(new Frames.Message(Frames.PONG, data));
  }

  /** Answers, unless it was the answer to ours or a message is half written, and hangs up. */
  @Override
  public void close(int code, String reason) {
    Channel on = channel;
    if (ended || on == null) {
      return;
    }
    boolean answers = !closing && !frames.isWithinFrame();
    end();
    if (answers) {
      answer(on);
    } else {
      hangUp();
    }
    listener.closed(code, reason);
  }

  private void answer(Channel on) {
    ByteBuf frame = on.alloc().directBuffer(Frames.MOST_HEAD + NORMAL_CLOSE.length);
    var answer = new ConcurrentLinkedQueue<Frames.Message>();
    answer.add(new Frames.Message(Frames.CLOSE, NORMAL_CLOSE));
    new Frames(answer).writeTo(frame);
    on.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
    var timer = loop.schedule(this::hangUp, longest.toNanos(), TimeUnit.NANOSECONDS);
    on.closeFuture().addListener(closed -> timer.cancel(false));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message); // of HTTP; FrameReader passes nothing on
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    lastHeard = System.nanoTime();
    if (!ended) {
      listener.caughtUp();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    write();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(new EOFException("end of the stream"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    Throwable cause = failure.getCause();
    fail(failure instanceof DecoderException && cause != null ? cause : failure);
  }

  // The end

  void refused(int status) {
    if (!ended) {
      end();
      hangUp();
      listener.refused(status);
    }
  }

  void fail(Throwable failure) {
    if (!ended) {
      end();
      hangUp();
      listener.failed(failure);
    }
  }

  @Override
  public void cancel() {
    ended = true;
    execute(
        () -> {
          end();
          hangUp();
        });
  }

  private void end() {
    ended = true;
    closing = true;
    frames.clear();
    Future<?> watching = watch;
    if (watching != null) {
      watching.cancel(false);
    }
  }

  private void hangUp() {
    Channel on = channel;
    if (on != null) {
      var _ = on.close();
    }
  }
}
