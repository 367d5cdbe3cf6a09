package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Poll;
import dev.evenkeel.server.hub.engineio.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** A GET of long polling, as an answer of Vert.x that is still to come. */
record HttpPoll(HttpServerResponse response, NettyLoop loop) implements Poll {

  @Override
  public void answer(byte[] payload, Runnable taken) {
    loop.execute(
        () -> {
          if (response.closed() || response.ended()) {
            taken.run();
          } else {
            response
                .putHeader("Content-Type", "text/plain; charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(payload))
                .onComplete(done -> taken.run());
          }
        });
  }

  @Override
  public void refuse(Refusal refusal) {
    loop.execute(() -> Refusals.send(response, refusal));
  }
}
