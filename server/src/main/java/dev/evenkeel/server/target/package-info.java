/**
 * The Socket.IO servers that events are passed on to, each over a pool of a few connections.
 *
 * <p>{@link dev.evenkeel.server.target.Targets} is the entry. A target has slots; a slot has a
 * share of the sessions, a place in the published events and at most one connection. Plain Java.
 */
@NullMarked
package dev.evenkeel.server.target;

import org.jspecify.annotations.NullMarked;
