/**
 * The hub: our own Socket.IO server, at which every published event can be had, live or from where
 * a client left off.
 *
 * <p>{@code engineio} and {@code socketio} are the protocols; this package is what is said over
 * them.
 */
@NullMarked
package dev.evenkeel.server.hub;

import org.jspecify.annotations.NullMarked;
