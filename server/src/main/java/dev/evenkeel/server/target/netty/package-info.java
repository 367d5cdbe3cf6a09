/** The network of the targets on Netty, which the HTTP server runs on as well. */
@NullMarked
package dev.evenkeel.server.target.netty;

import org.jspecify.annotations.NullMarked;
