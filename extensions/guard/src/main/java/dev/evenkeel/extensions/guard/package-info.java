/** Refuses tool calls by rules, and those that destroy what cannot be got back. */
@NullMarked
package dev.evenkeel.extensions.guard;

import org.jspecify.annotations.NullMarked;
