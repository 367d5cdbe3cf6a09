/** Watches what the server takes: memory, threads, connections; and says when it is too much. */
@NullMarked
package dev.evenkeel.server.watch;

import org.jspecify.annotations.NullMarked;
