package dev.evenkeel.server.target.netty;

import dev.evenkeel.server.target.Network;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The network on Netty's event loops. It has no threads and no sockets of its own but those of the
 * lines that are open.
 */
public final class NettyNetwork implements Network {

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final EventLoopGroup loops;
  private final Duration timeout;
  private final Names names;

  // Mutable state, guarded by this. Certificates are read when a target is reached over TLS
  private @Nullable SslContext tls;

  /**
   * A network.
   *
   * @param loops that run its lines, of NIO; they are not shut down here
   * @param timeout how long connecting may take (nine tenths of it), the answer to the request
   *     after it, and a write that does not move
   */
  public NettyNetwork(EventLoopGroup loops, Duration timeout) {
    this(loops, timeout, InetAddress::getAllByName);
  }

  NettyNetwork(EventLoopGroup loops, Duration timeout, Names names) {
    this.loops = loops;
    this.timeout = timeout;
    this.names = names;
  }

  /** Where a name's addresses are found. It may take its time. */
  interface Names {
    InetAddress[] addressesOf(String name) throws UnknownHostException;
  }

  @Override
  public Line open(URI address, Map<String, String> headers, Listener listener) {
    EventLoop loop = loops.next();
    var line = new NettyLine(loop, timeout, listener);
    connect(
        loop,
        address,
        channel -> {
          line.runsOn(channel);
          return new Upgrade(webSocket(address), headers(headers), line);
        },
        line::isEnded,
        line::fail);
    return line;
  }

  @Override
  public Answer ask(URI address, Map<String, String> headers, Duration longest)
      throws IOException, InterruptedException {
    var answer = new CompletableFuture<Answer>();
    connect(
        loops.next(),
        address,
        channel -> {
          closeAfter(answer, channel);
          return new Question(address, headers(headers), answer);
        },
        answer::isDone,
        answer::completeExceptionally);
    try {
      return answer.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("no answer within " + longest.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      answer.cancel(false);
    }
  }

  private static void closeAfter(CompletableFuture<Answer> answer, Channel channel) {
    var _ =
        answer.whenComplete(
            (any, failure) -> {
              var _ = channel.close();
            });
  }

  /** What handles a connection's HTTP, made for each attempt before it connects, on its loop. */
  private interface Handling {
    ChannelHandler on(Channel channel);
  }

  private void connect(
      EventLoop loop,
      URI address,
      Handling handling,
      BooleanSupplier ended,
      Consumer<Throwable> failed) {
    boolean secure = isSecure(address);
    try {
      SslContext over = secure ? tls() : null;
      InetAddress[] found = names.addressesOf(address.getHost());
      int standard = secure ? HTTPS_PORT : HTTP_PORT;
      int port = address.getPort() < 0 ? standard : address.getPort();
      var bootstrap =
          new Bootstrap()
              .group(loop)
              .channel(NioSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS,
                  (int)
                      Math.max(1, timeout.multipliedBy(9).dividedBy(10L * found.length).toMillis()))
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      if (over != null) {
                        var handler = over.newHandler(channel.alloc(), address.getHost(), port);
                        channel.pipeline().addLast(handler);
                      }
                      channel.pipeline().addLast(new HttpClientCodec(), handling.on(channel));
                    }
                  });
      new Attempt(bootstrap, found, port, ended, failed).connect(0, null);
    } catch (UnknownHostException | SSLException e) {
      loop.execute(() -> failed.accept(e));
    }
  }

  /** Tries one address after the other. */
  private record Attempt(
      Bootstrap bootstrap,
      InetAddress[] addresses,
      int port,
      BooleanSupplier ended,
      Consumer<Throwable> failed) {

    void connect(int at, @Nullable Throwable before) {
      bootstrap
          .connect(new InetSocketAddress(addresses[at], port))
          .addListener(
              done -> {
                if (done.isSuccess() || ended.getAsBoolean()) {
                  return;
                }
                Throwable failure = telling(before, done.cause());
                if (at + 1 < addresses.length) {
                  connect(at + 1, failure);
                } else {
                  failed.accept(failure);
                }
              });
    }

    /** Silence says that somebody may be there, a refusal that nobody is, anything else nothing. */
    private static Throwable telling(@Nullable Throwable before, Throwable now) {
      if (before == null || now instanceof ConnectTimeoutException) {
        return now;
      }
      return now instanceof ConnectException && !(before instanceof ConnectException)
          ? now
          : before;
    }
  }

  private static boolean isSecure(URI address) {
    return "https".equals(address.getScheme()) || "wss".equals(address.getScheme());
  }

  private static URI webSocket(URI address) {
    String rest = address.toString().substring(address.getScheme().length());
    return URI.create((isSecure(address) ? "wss" : "ws") + rest);
  }

  private static HttpHeaders headers(Map<String, String> from) {
    var headers = new DefaultHttpHeaders();
    from.forEach(headers::set);
    return headers;
  }

  private synchronized SslContext tls() throws SSLException {
    SslContext made = tls;
    if (made == null) {
      made =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .endpointIdentificationAlgorithm("HTTPS")
              .build();
      tls = made;
    }
    return made;
  }
}
