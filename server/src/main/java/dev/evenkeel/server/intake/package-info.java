/** The way in: the doors, what they let through, and what is appended. */
@NullMarked
package dev.evenkeel.server.intake;

import org.jspecify.annotations.NullMarked;
