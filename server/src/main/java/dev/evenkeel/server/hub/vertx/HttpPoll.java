package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Poll;
import dev.evenkeel.server.hub.engineio.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;

/** A GET of long polling, as an answer of Vert.x that is still to come. */
final class HttpPoll implements Poll {

  private final HttpServerResponse response;
  private final HttpConnection connection;
  private final NettyLoop loop;

  // Mutable state, owned by the loop
  private boolean hasLeft;

  /**
   * @param loop of the request
   */
  HttpPoll(HttpServerRequest request, NettyLoop loop) {
    this.response = request.response();
    this.connection = request.connection();
    this.loop = loop;
  }

  @Override
  public void answer(byte[] payload, Runnable taken) {
    loop.execute(
        () -> {
          if (response.closed() || response.ended()) {
            left(taken);
          } else {
            response
                .putHeader("Content-Type", "text/plain; charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(payload))
                .onComplete(done -> left(taken));
          }
        });
  }

  private void left(Runnable taken) {
    hasLeft = true;
    taken.run();
  }

  @Override
  public void refuse(Refusal refusal) {
    loop.execute(() -> Refusals.send(response, refusal));
  }

  /** An orderly close would wait until the client has read: this one goes past what waits so. */
  @Override
  public void abort() {
    loop.execute(
        () -> {
          if (!hasLeft && connection instanceof ConnectionBase base) {
            var _ = base.channelHandlerContext().close();
          }
        });
  }
}
