/** Where the hub meets the HTTP server: requests and websockets of Vert.x for the core. */
@NullMarked
package dev.evenkeel.server.hub.vertx;

import org.jspecify.annotations.NullMarked;
