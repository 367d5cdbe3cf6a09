/** Follows what agents delegate to subagents, from the tool call to the result. */
@NullMarked
package dev.evenkeel.extensions.delegations;

import org.jspecify.annotations.NullMarked;
