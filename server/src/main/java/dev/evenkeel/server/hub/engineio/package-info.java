/**
 * The server's side of Engine.IO 4: sessions over long polling and websocket, in plain Java.
 *
 * <p>{@link dev.evenkeel.server.hub.engineio.Engine} is the entry. It knows no HTTP server: the
 * edge hands it requests and websockets, and it answers through the interfaces of this package. The
 * protocol is described at <a
 * href="https://socket.io/docs/v4/engine-io-protocol/">socket.io/docs/v4/engine-io-protocol</a>.
 */
@NullMarked
package dev.evenkeel.server.hub.engineio;

import org.jspecify.annotations.NullMarked;
