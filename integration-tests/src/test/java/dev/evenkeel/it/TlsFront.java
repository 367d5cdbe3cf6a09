package dev.evenkeel.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A port that speaks TLS before a server that does not, with a certificate of its own for {@code
 * localhost} that nobody trusts who does not use its trust store.
 */
final class TlsFront implements AutoCloseable {

  static final String PASSWORD = "changeit";

  private final URI behind;
  private final Path trustStore;
  private final SSLServerSocket listening;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private TlsFront(URI behind, Path trustStore, SSLServerSocket listening) {
    this.behind = behind;
    this.trustStore = trustStore;
    this.listening = listening;
  }

  /**
   * One that listens on a free port.
   *
   * @param folder for its keys
   */
  static TlsFront of(URI behind, Path folder) throws Exception {
    Path keys = folder.resolve("keys.p12");
    Path certificate = folder.resolve("certificate.pem");
    Path trusted = folder.resolve("trusted.p12");
    keytool(
        List.of("-genkeypair", "-alias", "target", "-keyalg", "EC", "-dname", "CN=localhost"),
        List.of("-ext", "san=dns:localhost", "-storetype", "PKCS12", "-keystore", keys.toString()));
    keytool(
        List.of("-exportcert", "-rfc", "-alias", "target", "-keystore", keys.toString()),
        List.of("-file", certificate.toString()));
    keytool(
        List.of("-importcert", "-noprompt", "-alias", "target", "-file", certificate.toString()),
        List.of("-storetype", "PKCS12", "-keystore", trusted.toString()));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    var listening =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var front = new TlsFront(behind, trusted, listening);
    front.threads.execute(front::accept);
    return front;
  }

  private static void keytool(List<String> what, List<String> more) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(what);
    command.addAll(more);
    command.addAll(List.of("-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("keytool: " + output);
    }
  }

  URI url() {
    return URI.create("https://localhost:" + listening.getLocalPort());
  }

  /** A file with its certificate, for {@code javax.net.ssl.trustStore}. */
  Path trustStore() {
    return trustStore;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket outside = listening.accept();
        threads.execute(() -> join(outside));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void join(Socket outside) {
    try (outside;
        var inside = new Socket(behind.getHost(), behind.getPort())) {
      threads.execute(() -> copy(inside, outside));
      copy(outside, inside);
    } catch (IOException e) {
      return; // one side has gone, or the handshake was refused
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      return; // one side has gone
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
