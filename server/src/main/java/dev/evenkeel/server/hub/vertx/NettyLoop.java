package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An event loop of the HTTP server. */
record NettyLoop(io.netty.channel.EventLoop loop) implements EventLoop {

  /** The loop that a request or a websocket belongs to. */
  static NettyLoop of(Context context) {
    return new NettyLoop(((ContextInternal) context).nettyEventLoop());
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    var future = loop.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    return () -> future.cancel(false);
  }
}
