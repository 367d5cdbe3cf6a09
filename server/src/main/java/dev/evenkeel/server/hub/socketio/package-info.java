/**
 * The server's side of Socket.IO 5 on top of Engine.IO, in plain Java.
 *
 * <p>An {@link dev.evenkeel.server.hub.socketio.Application} is served in each namespace; {@link
 * dev.evenkeel.server.hub.socketio.Client} is one client in it. The protocol is described at <a
 * href="https://socket.io/docs/v4/socket-io-protocol/">socket.io/docs/v4/socket-io-protocol</a>.
 */
@NullMarked
package dev.evenkeel.server.hub.socketio;

import org.jspecify.annotations.NullMarked;
