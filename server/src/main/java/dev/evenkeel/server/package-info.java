/** The server: its parts, put together. */
@NullMarked
package dev.evenkeel.server;

import org.jspecify.annotations.NullMarked;
