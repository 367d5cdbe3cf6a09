/**
 * A small server for the public conformance suites of Engine.IO and Socket.IO: the hub's protocol
 * classes with an application that only echoes.
 */
@NullMarked
package dev.evenkeel.server.hub.conformance;

import org.jspecify.annotations.NullMarked;
