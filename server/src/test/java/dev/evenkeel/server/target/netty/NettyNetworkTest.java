package dev.evenkeel.server.target.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.target.Network;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network makes of servers that behave, and of those that do not. */
@Timeout(60)
class NettyNetworkTest {

  private static final EventLoopGroup LOOPS =
      new NioEventLoopGroup(1, new DefaultThreadFactory("loop", true));

  private final Network network = new NettyNetwork(LOOPS, Duration.ofSeconds(10));
  private final Network hasty = new NettyNetwork(LOOPS, Duration.ofMillis(400));
  private final Recorder recorder = new Recorder();

  @AfterAll
  static void endLoops() {
    var _ = LOOPS.shutdownGracefully(0, 0, SECONDS);
  }

  /** Notes all that is told. */
  private static final class Recorder implements Network.Listener {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final AtomicInteger passed = new AtomicInteger();

    String next() throws InterruptedException {
      String next = told.poll(20, SECONDS);
      return next == null ? "nothing" : next;
    }

    @Override
    public void opened(Network.Line line) {
      told.add("opened");
    }

    @Override
    public void received(Network.Line line, ByteBuffer beginning) {
      told.add("text " + ISO_8859_1.decode(beginning));
    }

    @Override
    public void receivedBinary() {
      told.add("binary");
    }

    @Override
    public void caughtUp() {}

    @Override
    public void timePassed() {
      passed.incrementAndGet();
    }

    @Override
    public void closed(int code, String reason) {
      told.add("closed " + code + " " + reason);
    }

    @Override
    public void refused(int status) {
      told.add("refused " + status);
    }

    @Override
    public void failed(Throwable failure) {
      told.add("failed " + failure.getClass().getSimpleName() + " " + failure.getMessage());
    }
  }

  /** Against the WebSockets of Vert.x. */
  @Nested
  class WellBehaved {

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> headers = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private int serve(HttpServerOptions options) {
      var server =
          vertx
              .createHttpServer(
                  options.setMaxWebSocketFrameSize(64 << 20).setMaxWebSocketMessageSize(64 << 20))
              .webSocketHandler(
                  socket -> {
                    headers.add(socket.uri() + " " + socket.headers().get("Authorization"));
                    headers.add("origin " + socket.headers().get("Origin"));
                    socket.textMessageHandler(received::add);
                  });
      return server
          .listen(0, "127.0.0.1")
          .toCompletionStage()
          .toCompletableFuture()
          .join()
          .actualPort();
    }

    private Network.Line open(URI address) throws InterruptedException {
      Network.Line line = network.open(address, Map.of("Authorization", "Bearer x"), recorder);
      assertThat(recorder.next()).isEqualTo("opened");
      return line;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 1_000_003, 16_000_000})
    void aMessageOfAnyLengthArrivesWhole(int length) throws Exception {
      // Given
      int port = serve(new HttpServerOptions());
      Network.Line line = open(URI.create("http://127.0.0.1:" + port + "/a?b=c"));
      var body = new StringBuilder();
      while (body.length() < length) {
        body.append((char) ('a' + body.length() % 23));
      }
      // When
      assertThat(line.send(bytes("42["), bytes(body.toString()), bytes("]"))).isTrue();
      // Then
      assertThat(received.poll(20, SECONDS)).isEqualTo("42[" + body + "]");
      await().until(() -> line.queuedBytes() == 0);
      assertThat(headers.poll()).isEqualTo("/a?b=c Bearer x");
      assertThat(headers.poll()).isEqualTo("origin null");
      line.close();
      assertThat(recorder.next()).isEqualTo("closed 1000 ");
      assertThat(line.send(bytes("late"))).isFalse();
    }

    @Test
    void whileALineIsOpenItTellsAgainAndAgainThatTimePasses() throws Exception {
      Network.Line line =
          open(URI.create("http://127.0.0.1:" + serve(new HttpServerOptions()) + "/"));
      await().until(() -> recorder.passed.get() >= 3);
      line.close();
      assertThat(recorder.next()).isEqualTo("closed 1000 ");
    }

    @Test
    void messagesOfSeveralThreadsArriveEachThreadsInItsOrder() throws Exception {
      int port = serve(new HttpServerOptions());
      Network.Line line = open(URI.create("http://127.0.0.1:" + port + "/"));
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(
                  number ->
                      Thread.startVirtualThread(
                          () -> {
                            for (int i = 0; i < 5_000; i++) {
                              line.send(bytes(number + ":"), bytes("" + i));
                              while (line.queuedBytes() > 100_000) {
                                Thread.onSpinWait();
                              }
                            }
                          }))
              .toList();
      var next = new int[4];
      for (int i = 0; i < 20_000; i++) {
        String[] message = received.poll(20, SECONDS).split(":", 2);
        assertThat(Integer.parseInt(message[1])).isEqualTo(next[Integer.parseInt(message[0])]++);
      }
      for (Thread each : threads) {
        each.join();
      }
      line.cancel();
    }

    @Test
    void allAddressesOfANameAreTried() throws Exception {
      int port = serve(new HttpServerOptions());
      var address = URI.create("http://many.invalid:" + port + "/");
      Network.Line line =
          at("127.0.0.2", "127.0.0.3", "127.0.0.1").open(address, Map.of(), recorder);
      assertThat(recorder.next()).isEqualTo("opened");
      line.cancel();
      at("127.0.0.2", "127.0.0.3").open(address, Map.of(), recorder);
      assertThat(recorder.next()).contains("Connection refused: many.invalid/127.0.0.2");
    }

    private Network at(String... addresses) {
      return new NettyNetwork(
          LOOPS,
          Duration.ofSeconds(10),
          name -> {
            var found = new InetAddress[addresses.length];
            for (int i = 0; i < found.length; i++) {
              byte[] bytes = InetAddress.getAllByName(addresses[i])[0].getAddress();
              found[i] = InetAddress.getByAddress(name, bytes);
            }
            return found;
          });
    }

    @Test
    void overTlsTheServerHasToBeWhoItSaysItIs(@TempDir Path folder) throws Exception {
      // Given
      Path keys = folder.resolve("keys.p12");
      var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
      var made =
          new ProcessBuilder(
                  List.of(
                      keytool,
                      "-genkeypair",
                      "-keyalg",
                      "EC",
                      "-alias",
                      "a",
                      "-dname",
                      "CN=localhost",
                      "-ext",
                      "SAN=dns:localhost",
                      "-storetype",
                      "PKCS12",
                      "-storepass",
                      "secret",
                      "-keystore",
                      keys.toString()))
              .inheritIO()
              .start();
      assertThat(made.waitFor()).isZero();
      int port =
          serve(
              new HttpServerOptions()
                  .setSsl(true)
                  .setKeyCertOptions(
                      new PfxOptions().setPath(keys.toString()).setPassword("secret")));
      URI address = URI.create("https://localhost:" + port + "/");
      // Then: nobody vouches for it
      network.open(address, Map.of(), recorder);
      assertThat(recorder.next()).startsWith("failed SSLHandshakeException");
      // When
      System.setProperty("javax.net.ssl.trustStore", keys.toString());
      System.setProperty("javax.net.ssl.trustStorePassword", "secret");
      try {
        var trusting = new NettyNetwork(LOOPS, Duration.ofSeconds(10));
        Network.Line line = trusting.open(address, Map.of(), recorder);
        // Then
        assertThat(recorder.next()).isEqualTo("opened");
        line.send(bytes("hello"));
        assertThat(received.poll(20, SECONDS)).isEqualTo("hello");
        line.cancel();
        // And it is another server
        var other = URI.create("wss://127.0.0.1:" + port + "/");
        trusting.open(other, Map.of(), recorder);
        assertThat(recorder.next()).startsWith("failed SSLHandshakeException");
      } finally {
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
      }
    }
  }

  /** Against bytes. */
  @Nested
  class Odd {

    private RawServer server;

    @BeforeEach
    void listen() {
      server = new RawServer();
    }

    @AfterEach
    void close() throws IOException {
      server.close();
    }

    private Network.Line open(Network through) throws Exception {
      Network.Line line = through.open(server.address(), Map.of(), recorder);
      server.upgrade();
      assertThat(recorder.next()).isEqualTo("opened");
      return line;
    }

    @Test
    void aMessageInPartsIsOneAndAPingBetweenThemIsAnswered() throws Exception {
      open(network);
      server.write(RawServer.frame(0x01, bytes("4")));
      server.write(RawServer.frame(0x89, bytes("are you there?")));
      server.write(RawServer.frame(0x00, bytes("3")));
      server.write(RawServer.frame(0x8A, bytes("unasked")));
      server.write(RawServer.frame(0x80, bytes("17[]")));
      assertThat(recorder.next()).isEqualTo("text 4317[]");
      assertThat(server.readFrame()).isEqualTo("8a are you there?");
    }

    @Test
    void whatIsSentBeforeItIsOpenIsSentOnceItIs() throws Exception {
      Network.Line line = network.open(server.address(), Map.of(), recorder);
      assertThat(line.send(bytes("early"))).isTrue();
      server.upgrade();
      assertThat(recorder.next()).isEqualTo("opened");
      assertThat(server.readFrame()).isEqualTo("81 early");
    }

    @Test
    void aLineThatIsCancelledBeforeItIsOpenHangsUp() throws Exception {
      network.open(server.address(), Map.of(), recorder).cancel();
      assertThat(server.isAtEndOnceAccepted()).isTrue();
      assertThat(recorder.told).isEmpty();
    }

    @Test
    void bytesMayComeOneByOne() throws Exception {
      open(network);
      for (byte each : RawServer.frame(0x81, bytes("x".repeat(200)))) {
        server.write(new byte[] {each});
      }
      server.write(RawServer.frame(0x81, bytes("")));
      assertThat(recorder.next()).isEqualTo("text " + "x".repeat(200));
      assertThat(recorder.next()).isEqualTo("text ");
    }

    @Test
    void ofALargeMessageOnlyTheBeginningIsKept() throws Exception {
      open(network);
      server.write(RawServer.frame(0x81, bytes("42" + "x".repeat(20_000_000))));
      server.write(RawServer.frame(0x82, new byte[100_000]));
      server.write(RawServer.frame(0x81, bytes("end")));
      assertThat(recorder.next()).isEqualTo("text 42" + "x".repeat(Network.MOST_READ - 2));
      assertThat(recorder.next()).isEqualTo("binary");
      assertThat(recorder.next()).isEqualTo("text end");
    }

    @ParameterizedTest
    @CsvSource({
      "81 80 00 00 00 00, a mask",
      "c1 00, reserved bits",
      "83 00, opcode 3",
      "80 00, a part without a beginning",
      "01 00 81 00, a message within a message",
      "09 00, a control frame in parts",
      "89 7e 00 7e, a control frame in parts",
      "81 7f ff ff ff ff ff ff ff ff, a negative length",
    })
    void whatIsNoFrameEndsTheLine(String frame, String why) throws Exception {
      open(network);
      server.write(HexFormat.ofDelimiter(" ").parseHex(frame));
      assertThat(recorder.next()).isEqualTo("failed ProtocolException no WebSocket frame: " + why);
      assertThat(server.isAtEnd()).isTrue();
    }

    @Test
    void aCloseIsAnsweredAndTold() throws Exception {
      Network.Line line = open(network);
      server.write(RawServer.frame(0x88, bytes("\u0003\u00e9going away")));
      assertThat(recorder.next()).isEqualTo("closed 1001 going away");
      assertThat(server.readFrame()).isEqualTo("88 \u0003\u00e8");
      assertThat(server.isAtEnd()).isTrue();
      assertThat(line.send(bytes("late"))).isFalse();
    }

    @Test
    void aCloseMayComeWithoutACode() throws Exception {
      open(network);
      server.write(RawServer.frame(0x88, bytes("")));
      assertThat(recorder.next()).isEqualTo("closed 1005 ");
    }

    @Test
    void anEndWithoutACloseIsAFailure() throws Exception {
      open(network);
      server.hangUp();
      assertThat(recorder.next()).isEqualTo("failed EOFException end of the stream");
    }

    @Test
    void afterACancelNothingIsTold() throws Exception {
      Network.Line line = open(network);
      line.cancel();
      assertThat(server.isAtEnd()).isTrue();
      assertThat(recorder.told).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "HTTP/1.1 302 Found, refused 302",
      "HTTP/1.1 200 OK, refused 200",
      "HTTP/1.1 403 Forbidden, refused 403",
    })
    void anotherAnswerThanAWebSocketIsARefusal(String answer, String told) throws Exception {
      network.open(server.address(), Map.of(), recorder);
      server.accept();
      server.write(answer + "\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 100000\r\n\r\n");
      assertThat(recorder.next()).isEqualTo(told);
      assertThat(server.isAtEnd()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "SSH-2.0-OpenSSH_9.9\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: somebody else's\r\n\r\n"
        })
    void whatSpeaksSomethingElseIsAFailure(String answer) throws Exception {
      network.open(server.address(), Map.of(), recorder);
      server.accept();
      server.write(answer);
      assertThat(recorder.next()).startsWith("failed ");
      assertThat(server.isAtEnd()).isTrue();
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
      hasty.open(server.address(), Map.of(), recorder);
      server.accept();
      assertThat(recorder.next())
          .isEqualTo("failed SocketTimeoutException no WebSocket within 400 ms");
      assertThat(server.isAtEnd()).isTrue();
    }

    @Test
    void aServerThatTakesNothingIsGivenUp() throws Exception {
      Network.Line line = open(hasty);
      line.send(new byte[16 << 20]);
      assertThat(recorder.next())
          .isEqualTo("failed SocketTimeoutException nothing taken for 400 ms");
      assertThat(line.send(bytes("late"))).isFalse();
    }

    @Test
    void aServerThatIsNotHeardIsGivenUpOnceSomethingIsExpected() throws Exception {
      Network.Line line = open(network);
      line.expect(Duration.ofMillis(700));
      assertThat(recorder.next())
          .isEqualTo("failed SocketTimeoutException nothing heard for 700 ms");
    }

    @Test
    void pingsOfAServerThatReadsNoAnswersAreNotKeptForEver() throws Exception {
      open(network);
      byte[] ping = RawServer.frame(0x89, new byte[125]);
      var many = ByteBuffer.allocate(ping.length * 1_000);
      while (many.hasRemaining()) {
        many.put(ping);
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  server.write(many.array());
                }
              })
          .isInstanceOf(IOException.class);
      assertThat(recorder.next()).isEqualTo("failed IOException more than 65536 messages wait");
    }

    @Test
    void aQuestionIsAnsweredWithStatusAndTheBeginningOfTheBody() throws Exception {
      Thread.startVirtualThread(
          () -> {
            try {
              String request = server.accept();
              String body = request.startsWith("GET /socket.io/?EIO=4 ") ? "yes" : "no";
              body += request.contains("authorization: Bearer x") ? " indeed " : " but ";
              body += "x".repeat(10_000);
              server.write("HTTP/1.1 400 Bad Request\r\nContent-Length: " + body.length());
              server.write("\r\n\r\n" + body);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      var headers = Map.of("authorization", "Bearer x");
      var answer = network.ask(server.address(), headers, Duration.ofSeconds(20));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).startsWith("yes indeed xxx").hasSize(Network.MOST_READ);
    }

    @Test
    void aQuestionIsNotWaitedForForEver() {
      assertThatThrownBy(() -> network.ask(server.address(), Map.of(), Duration.ofMillis(300)))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessage("no answer within 300 ms");
    }
  }

  @Test
  void whereNobodyListensTheFailureSaysSo() throws Exception {
    int port;
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    URI address = URI.create("http://localhost:" + port + "/?a=b");
    network.open(address, Map.of(), recorder);
    assertThat(recorder.next()).contains("Connection refused");
    assertThatThrownBy(() -> network.ask(address, Map.of(), Duration.ofSeconds(20)))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("refused");
  }

  @Test
  void aNameThatDoesNotExistIsAFailure() throws Exception {
    network.open(URI.create("http://nowhere.invalid/"), Map.of(), recorder);
    assertThat(recorder.next()).startsWith("failed UnknownHostException nowhere.invalid");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(text.startsWith("\u0003") ? ISO_8859_1 : UTF_8);
  }
}
