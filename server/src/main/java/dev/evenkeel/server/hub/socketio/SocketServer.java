package dev.evenkeel.server.hub.socketio;

import dev.evenkeel.server.hub.engineio.Acceptor;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.SessionListener;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A Socket.IO server: an application for each namespace, over the sessions of Engine.IO. */
public final class SocketServer implements Acceptor {

  private static final int ID_BYTES = 15;

  private final SocketConfig config;
  private final Map<String, Application> applications;
  private final WaitingBytes waiting;
  private final RandomGenerator random = new SecureRandom();

  /**
   * @param waiting where attachments count whose packets are not whole yet
   * @param applications by namespace: {@code /}, {@code /name}; clients are refused all others
   */
  public SocketServer(
      SocketConfig config, WaitingBytes waiting, Map<String, Application> applications) {
    this.config = config;
    this.waiting = waiting;
    this.applications = Map.copyOf(applications);
    for (String namespace : this.applications.keySet()) {
      if (!namespace.startsWith("/") || namespace.contains(",")) {
        throw new IllegalArgumentException(
            "namespace '" + namespace + "': it begins with '/' and has no comma");
      }
    }
  }

  @Override
  public SessionListener accept(Session session) {
    return new Connection(session, config, waiting, applications, this::newId);
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }
}
