/** Asks the guards of extensions about an event, and answers the agent in its own format. */
@NullMarked
package dev.evenkeel.server.guard;

import org.jspecify.annotations.NullMarked;
