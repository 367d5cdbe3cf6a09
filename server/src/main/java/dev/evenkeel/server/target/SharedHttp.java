package dev.evenkeel.server.target;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * The one HTTP client of all targets. Its calls, of which a WebSocket is one for as long as it
 * lives, run on virtual threads: OkHttp's own pool would raise a thread for each, and keep the JVM
 * alive for a minute after the last.
 *
 * <p>It follows no redirect, as no browser does for a WebSocket: events and token go to the address
 * that was set, and to no other.
 */
final class SharedHttp implements AutoCloseable {

  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("target-io-", 0).factory());
  private final OkHttpClient client;

  /**
   * A client.
   *
   * @param secure whether a target is reached over TLS; without, certificates and what checks them
   *     are not even loaded
   */
  SharedHttp(Duration connectTimeout, boolean secure) {
    var dispatcher = new Dispatcher(executor);
    // A WebSocket takes one place for life. How many there are is the pools' business.
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    var builder =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
            .connectTimeout(connectTimeout)
            .readTimeout(connectTimeout)
            .writeTimeout(connectTimeout)
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false);
    if (!secure) {
      builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
    }
    client = builder.build();
  }

  OkHttpClient client() {
    return client;
  }

  @Override
  public void close() {
    client.dispatcher().cancelAll();
    executor.shutdown();
    client.connectionPool().evictAll();
  }
}
